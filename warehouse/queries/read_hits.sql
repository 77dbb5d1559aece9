-- Where one word stands in the articles that hold it. The pattern is a parameter of the whole query, so that it is
-- compiled once and not for every row.
-- Params: word (lower case), pattern (regular expression of it)
WITH candidates AS (
    SELECT article_id, reported_at, lower(title) AS title, lower(coalesce(lead, '')) AS lead, lower(text) AS text
    FROM articles
    WHERE contains(lower(title), $word) OR contains(lower(text), $word)
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
