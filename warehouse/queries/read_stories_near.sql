-- The stories whose title or id looks most like what was typed.
-- Params: typed
SELECT story_id, title
FROM stories
ORDER BY greatest(
    jaro_winkler_similarity(lower(title), lower($typed)), jaro_winkler_similarity(story_id, lower($typed))
) DESC, story_id
LIMIT 3;
