-- What is stored beside a position: the last number, how many come after it, how many up to it, the last of
-- these, how many articles there are in all, and when they were read anew with other rules (null: never).
-- Params: position, after (a number before it)
SELECT
    coalesce(max(number), 0)                               AS last,
    count(*) FILTER (number > $position)                   AS rest,
    count(*) FILTER (number <= $position)                  AS held,
    (SELECT count(*) FROM articles)                        AS articles,
    (SELECT max(reprocessed_at)::VARCHAR FROM reprocessings) AS reprocessed,
    (
        SELECT list({'number': number, 'article_id': article_id})
        FROM state.fingerprints
        WHERE number > $after AND number <= $position
    )                                                      AS newest
FROM state.fingerprints;
