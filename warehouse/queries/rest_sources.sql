-- Params: now
-- Sources of a host that rests are not polled before it has rested; those that are not polled any more stay so.
UPDATE sources SET next_poll_at = rests.until
FROM (SELECT host, until FROM state.hosts WHERE until > $now) AS rests
WHERE rests.host = lower(regexp_extract(sources.polled_url, '^[A-Za-z]+://(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]+)', 1))
    AND sources.next_poll_at < rests.until;
