-- The articles whose URL or id looks most like what was typed.
-- Params: typed
SELECT article_id, url, title
FROM articles
ORDER BY greatest(
    jaro_winkler_similarity(lower(url), lower($typed)), jaro_winkler_similarity(article_id, lower($typed))
) DESC, article_id
LIMIT 3;
