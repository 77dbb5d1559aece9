-- How much is in the file, and how much of it is of a period.
-- Params: since (null for none)
SELECT
    (SELECT count(*) FROM articles)                                                                 AS articles,
    (SELECT count(*) FROM articles WHERE copy_of IS NOT NULL)                                       AS copies,
    (SELECT count(DISTINCT publisher) FROM articles)                                                AS publishers,
    (SELECT count(*) FROM stories WHERE last_at >= $since)                                          AS stories,
    count(*) FILTER (WHERE reported_at >= $since)                                                   AS developments,
    count(*) FILTER (WHERE reported_at >= $since AND official_at IS NOT NULL AND state = 'standing') AS official,
    count(*) FILTER (WHERE reported_at >= $since AND state = 'withdrawn')                           AS withdrawn
FROM developments;
