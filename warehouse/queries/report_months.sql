-- The months with developments or stories that began in them, the newest first. What a month's page shows has changed
-- where the version has.
WITH told AS (
    SELECT
        strftime(d.reported_at, '%Y-%m') AS month, 1 AS developments, 0 AS stories,
        hash(d.development_id, d.what, d.event_type, d.status, d.basis, d.state, d.reported_at, d.origins, d.sentence,
            d.story_id, s.title, s.title_article_id, a.publisher, a.url, a.language, d.contradicts) AS version
    FROM developments AS d
    LEFT JOIN stories AS s ON s.story_id = d.story_id
    LEFT JOIN articles AS a ON a.article_id = d.first_article_id
    UNION ALL
    SELECT
        strftime(first_at, '%Y-%m'), 0, 1,
        hash(story_id, title, title_article_id, first_at, last_at, articles, copies)
    FROM stories
)
SELECT
    month,
    sum(developments)::BIGINT       AS developments,
    sum(stories)::BIGINT            AS stories,
    bit_xor(version)::VARCHAR       AS version
FROM told
GROUP BY month
ORDER BY month DESC;
