-- Sources of which the pages could not be read lately, so that the feed's own text stands in for most articles.
-- Params: since, least (articles), share (of them that are from the feed)
WITH told AS (
    SELECT
        source_id,
        count(*)                                AS articles,
        count(*) FILTER (text_from = 'feed')    AS from_feed
    FROM articles
    WHERE first_seen_at >= $since
    GROUP BY source_id
),
refused AS (
    SELECT source_id, mode(cause) AS cause
    FROM requests
    WHERE purpose = 'page' AND cause IS NOT NULL AND started_at >= $since
    GROUP BY source_id
)
SELECT t.source_id, t.articles, t.from_feed, r.cause
FROM told AS t
JOIN sources AS s ON s.source_id = t.source_id AND s.kind <> 'search' AND s.state <> 'removed'
LEFT JOIN refused AS r ON r.source_id = t.source_id
WHERE t.articles >= $least AND t.from_feed >= $share * t.articles;
