-- All figures of the first reports of developments reported since.
-- Params: since
SELECT DISTINCT d.development_id, f.kind, f.value, f.unit
FROM developments AS d
JOIN figures AS f ON f.article_id = d.first_article_id
WHERE d.reported_at >= $since
ORDER BY ALL;
