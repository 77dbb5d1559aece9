-- Articles that hold at least one of the words; a word in the title counts 5, in the lead 3, in the text 1, and
-- articles with more of the words come first, then the newest.
-- Params: words (lower case), patterns (regular expression of each), most (rows at the most)
WITH asked AS (
    SELECT unnest($words::VARCHAR[]) AS word, unnest($patterns::VARCHAR[]) AS pattern
),
found AS (
    SELECT
        a.article_id,
        k.pattern,
        regexp_matches(a.title, k.pattern)              AS in_title,
        regexp_matches(coalesce(a.lead, ''), k.pattern) AS in_lead,
        regexp_matches(a.text, k.pattern)               AS in_text
    FROM articles AS a
    JOIN asked AS k ON contains(lower(a.title), k.word) OR contains(lower(a.text), k.word)
),
ranked AS (
    SELECT
        article_id,
        count(*)                                                        AS words_found,
        sum(5 * in_title::INT + 3 * in_lead::INT + in_text::INT)::INT   AS score,
        any_value(pattern) FILTER (WHERE in_text)                       AS shown
    FROM found
    WHERE in_title OR in_text
    GROUP BY article_id
)
SELECT
    a.article_id,
    a.url,
    a.title,
    a.publisher,
    a.language,
    a.reported_at,
    a.story_id,
    a.copy_of,
    r.words_found,
    r.score,
    regexp_extract(a.text, '(?s).{0,80}' || coalesce(r.shown, '') || '.{0,160}') AS passage
FROM ranked AS r
JOIN articles AS a ON a.article_id = r.article_id
ORDER BY r.words_found DESC, r.score DESC, a.reported_at DESC, a.article_id
LIMIT $most;
