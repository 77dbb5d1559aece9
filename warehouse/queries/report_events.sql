-- Developments by kind of event and status, of the weeks since a Monday.
-- Params: since
SELECT event_type, status, sum(developments)::BIGINT AS developments, sum(articles)::BIGINT AS articles
FROM trend_events
WHERE week >= $since
GROUP BY event_type, status
HAVING sum(developments) > 0
ORDER BY sum(sum(developments)) OVER (PARTITION BY event_type) DESC, event_type, status;
