-- Items whose page could not be had yet.
SELECT source_id, url, guid, title, published_at, summary, authors, attempts, publisher, redirector, next_try_at
FROM state.pending_items
ORDER BY source_id, url;
