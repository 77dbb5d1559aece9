-- What the page of each story is made from, as a number: where that is another one, the page has changed.
WITH told AS (
    SELECT d.story_id, hash(d.development_id, d, a.url, a.title, a.publisher, a.revision, w.url, w.title) AS version
    FROM developments AS d
    LEFT JOIN articles AS a ON a.article_id = d.first_article_id
    LEFT JOIN articles AS w ON w.article_id = d.withdrawn_by
    UNION ALL
    SELECT d.story_id, hash(l.development_id, l.article_id, l)
    FROM development_articles AS l
    JOIN developments AS d ON d.development_id = l.development_id
    UNION ALL
    SELECT story_id, hash(article_id, url, title, publisher, language, reported_at, copy_of) FROM articles
    WHERE story_id IS NOT NULL
    UNION ALL
    SELECT successor_id, hash(l.story_id, l) FROM story_lineage AS l
    UNION ALL
    SELECT story_id, hash(l.successor_id, l) FROM story_lineage AS l
),
seen AS (
    SELECT story_id, bit_xor(version) AS version FROM told GROUP BY story_id
)
SELECT s.story_id, hash(s, v.version)::VARCHAR AS version
FROM stories AS s
LEFT JOIN seen AS v ON v.story_id = s.story_id
ORDER BY s.last_at DESC, s.story_id;
