-- Known pages that are due for another look, the longest due first: some a host, so that no host takes all the room.
-- Params: now, watched (ids of the watch's sources), most_a_host, most
SELECT
    url, source_id, guid, title, published_at, authors, publisher, asked_url, etag, last_modified, body_hash, checks
FROM state.pages
WHERE next_check_at <= $now AND source_id IN (SELECT unnest($watched))
QUALIFY row_number() OVER (PARTITION BY host ORDER BY next_check_at, url) <= $most_a_host
ORDER BY next_check_at, url
LIMIT $most;
