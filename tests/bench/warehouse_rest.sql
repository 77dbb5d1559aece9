-- The rest of what views and questions read, after growth.sql.

UPDATE polls SET outcome = 'failed', cause = 'http-500', http_status = 500, new_items = 0
WHERE hash(source_id, started_at) % 30 = 0;

INSERT INTO story_lineage BY NAME
SELECT l.* REPLACE (
    other(l.story_id, r.k) AS story_id, other(l.successor_id, r.k) AS successor_id, later(l.changed_at, r.k) AS changed_at
)
FROM (SELECT DISTINCT k FROM places) AS r
CROSS JOIN template.story_lineage AS l
WHERE later(l.changed_at, r.k) < (SELECT max(reported_at) FROM articles)
ORDER BY changed_at;

INSERT INTO alerts BY NAME
SELECT 'a' || development_id AS alert_id, 'development' AS kind, development_id, 'desk' AS rule, 'json' AS channel,
       'sent' AS state, detected_at AS created_at, detected_at AS tried_at, detected_at + INTERVAL 1 SECOND AS sent_at,
       1 AS attempts, what AS title, sentence AS body
FROM developments
WHERE hash(development_id) % 20 = 0
ORDER BY created_at;

INSERT INTO leads BY NAME
SELECT 'https://hidden.example/' || article_id AS url, 'source-0' AS source_id,
       if(hash(article_id, 1) % 2 = 0, title, title || ' elsewhere') AS title, publisher, published_at,
       first_seen_at AS seen_at
FROM articles
WHERE hash(article_id) % 50 = 0
ORDER BY seen_at;

INSERT INTO state.past_stories BY NAME
SELECT s.* REPLACE (
    row_number() OVER () AS position, later(s.until, p.k) AS until, other(s.story_id, p.k) AS story_id,
    other(s.title_article_id, p.k) AS title_article_id, later(s.first_at, p.k) AS first_at,
    later(s.last_at, p.k) AS last_at
)
FROM (SELECT DISTINCT p.k, a.story_id FROM places AS p JOIN template.articles AS a ON a.article_id = p.article_id) AS p
JOIN template.state.past_stories AS s ON s.story_id = p.story_id
ORDER BY later(s.until, p.k);

INSERT INTO state.past_developments BY NAME
SELECT d.* REPLACE (
    row_number() OVER () AS position, later(d.until, p.k) AS until, other(d.development_id, p.k) AS development_id,
    other(d.story_id, p.k) AS story_id, other(d.first_article_id, p.k) AS first_article_id,
    later(d.reported_at, p.k) AS reported_at, later(d.confirmed_at, p.k) AS confirmed_at,
    later(d.official_at, p.k) AS official_at, later(d.withdrawn_at, p.k) AS withdrawn_at,
    other(d.withdrawn_by, p.k) AS withdrawn_by
)
FROM places AS p
JOIN template.state.past_developments AS d ON d.first_article_id = p.article_id;

INSERT INTO state.past_links BY NAME
SELECT l.* REPLACE (
    row_number() OVER () AS position, later(l.until, p.k) AS until, other(l.development_id, p.k) AS development_id,
    other(l.article_id, p.k) AS article_id
)
FROM places AS p
JOIN template.state.past_links AS l ON l.article_id = p.article_id;
