-- Where one word or phrase stands in the articles that hold it, by reading all of them: for where there is no index.
-- The pattern is a parameter of the whole query, so that it is compiled once and not for every row.
-- Params: word (lower case, a piece of all that is found), pattern (regular expression), language, publisher, since,
-- before, story_id (null: any)
WITH candidates AS (
    SELECT article_id, reported_at, lower(title) AS title, lower(coalesce(lead, '')) AS lead, lower(text) AS text
    FROM articles
    WHERE ($language::VARCHAR IS NULL OR language = $language)
      AND ($publisher::VARCHAR IS NULL OR lower(publisher) = lower($publisher))
      AND ($since::TIMESTAMPTZ IS NULL OR reported_at >= $since)
      AND ($before::TIMESTAMPTZ IS NULL OR reported_at < $before)
      AND ($story_id::VARCHAR IS NULL OR story_id = $story_id)
      AND (contains(lower(title), $word) OR contains(lower(text), $word))
),
found AS (
    SELECT
        article_id,
        reported_at,
        regexp_matches(title, $pattern) AS in_title,
        regexp_matches(lead, $pattern)  AS in_lead,
        regexp_matches(text, $pattern)  AS in_text
    FROM candidates
)
SELECT article_id, reported_at, in_title, in_lead, in_text
FROM found
WHERE in_title OR in_text;
