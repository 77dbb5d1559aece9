-- Of the last pages of each source that were asked for: how many gave an article with the page's own text, be it known
-- already (a page that was read is looked at again, and stands among those). Not of searches: their links lead through
-- redirectors, and mostly to articles that others list too.
-- Params: since, most (pages of a source)
WITH asked AS (
    SELECT
        source_id,
        url,
        any_value(host)             AS host,
        max(started_at)             AS asked_at,
        arg_max(cause, started_at)  AS cause
    FROM requests
    WHERE purpose = 'page' AND started_at >= $since AND (http_status IS NULL OR http_status NOT BETWEEN 300 AND 399)
    GROUP BY source_id, url
),
latest AS (
    SELECT *
    FROM asked
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY asked_at DESC, url) <= $most
),
counted AS (
    SELECT
        source_id,
        count(*)                                        AS asked,
        min(asked_at)                                   AS since,
        mode(cause) FILTER (WHERE cause IS NOT NULL)    AS cause,
        mode(host)                                      AS host
    FROM latest
    GROUP BY source_id
),
known AS (
    SELECT source_id, url, first_seen_at FROM articles WHERE text_from = 'page'
    UNION ALL
    SELECT source_id, article_url, first_seen_at FROM state.pages
),
told AS (
    SELECT c.source_id, count(DISTINCT k.url) AS read
    FROM counted AS c
    JOIN known AS k ON k.source_id = c.source_id AND k.first_seen_at >= c.since
    GROUP BY c.source_id
)
SELECT c.source_id, c.asked, least(coalesce(t.read, 0), c.asked) AS read, c.since, c.cause, c.host
FROM counted AS c
JOIN sources AS s ON s.source_id = c.source_id AND s.state <> 'removed' AND s.kind <> 'search'
LEFT JOIN told AS t ON t.source_id = c.source_id
ORDER BY c.source_id;
