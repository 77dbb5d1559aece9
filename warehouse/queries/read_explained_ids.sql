-- Articles whose URL is one of those given, or whose id begins with what was typed.
-- Params: typed, url
SELECT article_id, article_id = $typed OR url = $typed OR url = $url AS exact
FROM articles
WHERE url = $typed OR url = $url OR starts_with(article_id, $typed)
ORDER BY exact DESC, article_id
LIMIT 6;
