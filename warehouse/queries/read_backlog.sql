-- What is in the warehouse, and what waits: one row.
SELECT
    (SELECT count(*) FROM articles)                                     AS articles,
    (SELECT count(*) FROM articles WHERE relevant)                      AS relevant,
    (SELECT count(*) FROM articles WHERE copy_of IS NOT NULL)           AS copies,
    (SELECT count(*) FROM stories)                                      AS stories,
    (SELECT count(*) FROM developments)                                 AS developments,
    (SELECT max(reported_at) FROM articles)                             AS newest_at,
    (SELECT count(*) FROM state.pending_items)                          AS pending_items,
    (SELECT count(*) FROM alerts WHERE state = 'pending')               AS pending_alerts,
    (SELECT count(*) FROM alerts WHERE state = 'held')                  AS held_alerts,
    (SELECT count(*) FROM alerts WHERE state = 'failed')                AS failed_alerts,
    (SELECT count(*) FROM alerts WHERE state = 'sent')                  AS sent_alerts;
