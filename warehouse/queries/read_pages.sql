-- Of the last pages of each source that were asked for: how many gave the text of an article, be that known already
-- (`text_read`). A page that was asked for several times was read if it was once. Not of searches: their links lead
-- through redirectors, and mostly to articles that others list too.
-- Params: since, most (pages of a source)
WITH asked AS (
    SELECT
        source_id,
        url,
        any_value(host)             AS host,
        max(started_at)             AS asked_at,
        arg_max(cause, started_at)  AS cause,
        bool_or(text_read)          AS text_read
    FROM requests
    WHERE purpose = 'page' AND started_at >= $since AND text_read IS NOT NULL
    GROUP BY source_id, url
),
latest AS (
    SELECT *
    FROM asked
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY asked_at DESC, url) <= $most
)
SELECT
    l.source_id,
    count(*)                                                                AS asked,
    count(*) FILTER (WHERE l.text_read)                                     AS read,
    min(l.asked_at)                                                         AS since,
    mode(l.cause) FILTER (WHERE NOT l.text_read AND l.cause IS NOT NULL)    AS cause,
    mode(l.host)                                                            AS host
FROM latest AS l
JOIN sources AS s ON s.source_id = l.source_id AND s.state <> 'removed' AND s.kind <> 'search'
GROUP BY l.source_id
ORDER BY l.source_id;
