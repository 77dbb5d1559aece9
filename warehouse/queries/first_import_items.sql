-- Items of first imports whose page could not be had yet: what they bring is no news.
SELECT source_id, url FROM state.pending_items WHERE first_import;
