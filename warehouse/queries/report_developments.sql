-- Developments of a period with their first report, the newest first, and how many there are in all.
-- Params: since, most
SELECT
    d.development_id, d.story_id, s.title AS story, d.event_type, d.status, d.basis, d.what, d.sentence,
    a.article_id, a.url, a.title AS headline, a.publisher, a.language, d.reported_at, d.articles, d.origins,
    before.what AS known_before, count(*) OVER () AS total
FROM developments AS d
LEFT JOIN stories AS s ON s.story_id = d.story_id
LEFT JOIN articles AS a ON a.article_id = d.first_article_id
LEFT JOIN developments AS before ON before.development_id = d.supersedes
WHERE d.reported_at >= $since
ORDER BY d.reported_at DESC, d.development_id
LIMIT $most;
