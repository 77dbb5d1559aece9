-- A row where state.mentioned does not say what articles and mentions say. In these checks rows are counted and their
-- hashes summed up, so that nothing is sorted and little is held.
WITH made AS (
    SELECT
        a.article_id,
        CAST(a.reported_at AT TIME ZONE 'UTC' AS DATE)  AS day,
        a.language,
        a.publisher,
        a.copy_of IS NOT NULL                           AS copied,
        m.entity_id
    FROM (SELECT DISTINCT article_id, entity_id FROM mentions) AS m
    JOIN articles AS a ON a.article_id = m.article_id
    WHERE a.relevant
),
kept AS (
    SELECT article_id, day, language, publisher, copied, unnest(entities) AS entity_id FROM state.mentioned
)
SELECT count(*), sum(hash(made)) FROM made
EXCEPT
SELECT count(*), sum(hash(kept)) FROM kept;
