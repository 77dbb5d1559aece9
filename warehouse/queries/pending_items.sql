-- Items whose page could not be had yet, of each source those that are news first.
SELECT source_id, url, guid, title, published_at, summary, authors, attempts, publisher, redirector, next_try_at,
    release, first_import
FROM state.pending_items
ORDER BY source_id, first_import, url;
