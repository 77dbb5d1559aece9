-- Items whose page could not be had yet.
SELECT source_id, url, guid, title, published_at, summary, authors, attempts
FROM state.pending_items
ORDER BY source_id, url;
