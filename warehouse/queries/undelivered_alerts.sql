-- Alerts that should have gone out by now and have not, by rule, and how often one was tried at most; held ones are not
-- counted, nor what was never tried because its rule was gone, nor such as are refused while others of the rule go out:
-- decided before the last that went out, and last tried after it by no more than the time between two tries.
-- Params: before (decided before), between_s (longest time between two tries, seconds)
WITH working AS (
    SELECT rule, max(coalesce(sent_at, created_at)) AS sent_at
    FROM alerts
    WHERE state = 'sent'
    GROUP BY rule
)
SELECT
    a.rule,
    count(*)                                                            AS alerts,
    min(a.created_at)                                                   AS oldest_at,
    max(a.attempts)                                                     AS attempts,
    arg_max(a.error, a.tried_at) FILTER (WHERE a.error IS NOT NULL)     AS error
FROM alerts AS a
LEFT JOIN working AS w ON w.rule = a.rule
WHERE
    a.state IN ('pending', 'failed') AND a.created_at < $before
    AND (a.state = 'pending' OR a.attempts > 0)
    AND (
        w.sent_at IS NULL
        OR a.tried_at IS NULL
        OR w.sent_at <= greatest(a.created_at, a.tried_at - to_seconds($between_s))
    )
GROUP BY a.rule
ORDER BY a.rule;
