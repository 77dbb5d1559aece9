-- A warehouse of $stored articles out of the few of the attached one, `template`: their rows again and again, each time
-- with other ids, at a later time and with other words. A join keeps the order of `places`, for the few rows of `template` are the side it looks
-- up in (tried); sorting would take longer than all the rest.

CREATE TEMP MACRO other(id, k) AS id[1] || substr(md5(id || ':' || k), 1, 20);
CREATE TEMP MACRO another(number, k) AS (hash(number, k) >> 1)::BIGINT;
CREATE TEMP MACRO later(moment, k) AS moment + to_seconds(k * getvariable('step'));
-- `longer(text, id, language, k)`, the text that is stored in the place of `text`, is defined by whoever runs this.

-- Which article comes when: the first ones in time.
CREATE TEMP TABLE places AS
SELECT row_number() OVER (ORDER BY later(a.reported_at, r.k), r.k, a.article_id) AS place, r.k, a.article_id
FROM template.articles AS a, range(getvariable('rounds')) AS r (k)
QUALIFY place <= getvariable('stored');

CREATE TEMP TABLE template_tokens AS
SELECT r.article_id, t.token, l.level
FROM template.state.tokens AS t
JOIN template.state.reports AS r ON r.position = t.position
JOIN levels AS l ON l.token = t.token;

INSERT INTO stories BY NAME
SELECT s.* REPLACE (other(s.story_id, k) AS story_id, later(first_at, k) AS first_at, later(last_at, k) AS last_at)
FROM (SELECT DISTINCT p.k, a.story_id FROM places AS p JOIN template.articles AS a ON a.article_id = p.article_id) AS p
JOIN template.stories AS s ON s.story_id = p.story_id
ORDER BY first_at;

INSERT INTO developments BY NAME
SELECT d.* REPLACE (
    other(d.development_id, p.k) AS development_id, other(d.story_id, p.k) AS story_id,
    other(d.first_article_id, p.k) AS first_article_id, other(d.supersedes, p.k) AS supersedes,
    other(d.contradicts, p.k) AS contradicts, other(d.withdrawn_by, p.k) AS withdrawn_by,
    later(d.withdrawn_at, p.k) AS withdrawn_at,
    later(d.reported_at, p.k) AS reported_at, later(d.detected_at, p.k) AS detected_at,
    later(d.confirmed_at, p.k) AS confirmed_at, later(d.official_at, p.k) AS official_at
)
FROM places AS p
JOIN template.developments AS d ON d.first_article_id = p.article_id;

INSERT INTO development_articles BY NAME
SELECT l.* REPLACE (
    other(l.development_id, p.k) AS development_id, other(l.article_id, p.k) AS article_id,
    later(l.linked_at, p.k) AS linked_at
)
FROM places AS p
JOIN template.development_articles AS l ON l.article_id = p.article_id;

INSERT INTO state.items
SELECT one[1] || substr(md5(p.article_id || one || p.k), 1, 20), later(a.reported_at, p.k), later(a.reported_at, p.k)
FROM places AS p
JOIN template.articles AS a ON a.article_id = p.article_id
CROSS JOIN (SELECT unnest(['u', 'g']) AS one);

INSERT INTO polls BY NAME
SELECT a.source_id, later(a.reported_at, p.k) AS started_at, 'new' AS outcome, 200 AS http_status, 30 AS items,
       1 AS new_items, 20000 AS bytes, 0.3 AS seconds
FROM places AS p
JOIN template.articles AS a ON a.article_id = p.article_id;

INSERT INTO runs BY NAME
SELECT other('r', p.place) AS run_id, later(a.reported_at, p.k) AS started_at, later(a.reported_at, p.k) AS finished_at,
       'ok' AS outcome, 20 AS polls, 0 AS failed_polls, 10 AS new_items, 0 AS failed_items, 10 AS articles,
       0 AS revisions, 2 AS copies, 10 AS relevant, 4 AS developments, 0 AS alerts
FROM places AS p
JOIN template.articles AS a ON a.article_id = p.article_id
WHERE p.place % 10 = 0;

INSERT INTO state.batches
SELECT 'b' || run_id, 'o' || run_id, finished_at FROM runs;

INSERT INTO articles BY NAME
SELECT a.* REPLACE (
    other(a.article_id, p.k) AS article_id, a.url || '?' || p.k AS url, a.title || ' ' || p.k AS title,
    longer(a.text, coalesce(a.copy_of, a.article_id), a.language, p.k) AS text, later(a.published_at, p.k) AS published_at,
    later(a.reported_at, p.k) AS reported_at, later(a.first_seen_at, p.k) AS first_seen_at,
    other(a.copy_of, p.k) AS copy_of, other(a.story_id, p.k) AS story_id
)
FROM places AS p
JOIN template.articles AS a ON a.article_id = p.article_id;

INSERT INTO revisions BY NAME
SELECT v.* REPLACE (
    other(v.article_id, p.k) AS article_id, later(v.seen_at, p.k) AS seen_at, v.title || ' ' || p.k AS title,
    longer(v.text, coalesce(a.copy_of, a.article_id), a.language, p.k) AS text
)
FROM places AS p
JOIN template.revisions AS v ON v.article_id = p.article_id
JOIN template.articles AS a ON a.article_id = p.article_id;

INSERT INTO mentions BY NAME
SELECT m.* REPLACE (other(m.article_id, p.k) AS article_id)
FROM places AS p
JOIN template.mentions AS m ON m.article_id = p.article_id;

INSERT INTO claims BY NAME
SELECT c.* REPLACE (other(c.article_id, p.k) AS article_id, other(c.claim_id, p.k) AS claim_id)
FROM places AS p
JOIN template.claims AS c ON c.article_id = p.article_id;

INSERT INTO figures BY NAME
SELECT f.* REPLACE (other(f.article_id, p.k) AS article_id, other(f.claim_id, p.k) AS claim_id)
FROM places AS p
JOIN template.figures AS f ON f.article_id = p.article_id;

INSERT INTO citations BY NAME
SELECT c.* REPLACE (other(c.article_id, p.k) AS article_id)
FROM places AS p
JOIN template.citations AS c ON c.article_id = p.article_id;

INSERT INTO state.reports BY NAME
SELECT r.* REPLACE (
    p.place AS position, other(r.article_id, p.k) AS article_id, later(r.reported_at, p.k) AS reported_at,
    later(r.detected_at, p.k) AS detected_at, r.title || ' ' || p.k AS title
)
FROM places AS p
JOIN template.state.reports AS r ON r.article_id = p.article_id;

INSERT INTO state.tokens BY NAME
SELECT if(t.level = 0, t.token, another(t.token, p.k // greatest(t.level, 1))) AS token, p.place AS position,
       later(r.reported_at, p.k)::DATE AS day
FROM places AS p
JOIN template.state.reports AS r ON r.article_id = p.article_id
JOIN template_tokens AS t ON t.article_id = p.article_id;

INSERT INTO state.fingerprints BY NAME
SELECT number, article_id, shingles, list_filter(shingles, lambda one: one % 32 = 0) AS anchors
FROM (
    SELECT p.place AS number, other(f.article_id, p.k) AS article_id,
           list_transform(
               f.shingles,
               lambda one: if(one % 10 = 0, one, (hash(one, p.k) & 2147483647)::UINTEGER | (one & 2147483648::UINTEGER))
           ) AS shingles
    FROM places AS p
    JOIN template.state.fingerprints AS f ON f.article_id = p.article_id
);

INSERT INTO state.frequencies SELECT token, count(*) FROM state.tokens GROUP BY token ORDER BY token;
