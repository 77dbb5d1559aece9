-- What likeness looks at in some articles: lists of the columns of mentions, claims and figures, without names for them.
-- By rowid, so that of all other rows no more than the id is read.
-- Params: ids
WITH wanted AS MATERIALIZED (
    SELECT unnest($ids::VARCHAR[]) AS article_id
),
named AS (
    SELECT article_id, list(row(entity_id, part, start, stop) ORDER BY part = 'title' DESC, start, entity_id) AS mentions
    FROM mentions
    WHERE rowid IN (SELECT rowid FROM mentions WHERE article_id IN (FROM wanted))
    GROUP BY article_id
),
said AS MATERIALIZED (
    SELECT article_id, claim_id, event_type, status, basis, part, start, stop, is_news, score,
           row_number() OVER (PARTITION BY article_id ORDER BY position) - 1 AS number
    FROM claims
    WHERE rowid IN (SELECT rowid FROM claims WHERE article_id IN (FROM wanted))
),
stated AS (
    SELECT article_id,
           list(row(event_type, status, basis, part, start, stop, is_news, score) ORDER BY number) AS claims
    FROM said
    GROUP BY article_id
),
counted AS (
    SELECT f.article_id,
           list(
               row(f.kind, f.value, f.number, f.unit, f.surface, f.part, f.start, f.stop, s.number)
               ORDER BY f.part = 'title' DESC, f.start
           ) AS figures
    FROM (FROM figures WHERE rowid IN (SELECT rowid FROM figures WHERE article_id IN (FROM wanted))) AS f
    LEFT JOIN said AS s ON s.article_id = f.article_id AND s.claim_id = f.claim_id
    GROUP BY f.article_id
)
SELECT w.article_id, coalesce(n.mentions, []) AS mentions, coalesce(s.claims, []) AS claims,
       coalesce(c.figures, []) AS figures
FROM wanted AS w
LEFT JOIN named AS n ON n.article_id = w.article_id
LEFT JOIN stated AS s ON s.article_id = w.article_id
LEFT JOIN counted AS c ON c.article_id = w.article_id;
