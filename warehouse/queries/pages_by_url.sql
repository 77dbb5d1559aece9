-- What is known of the pages that were asked for now.
-- Params: urls
SELECT * FROM state.pages WHERE url IN (SELECT unnest($urls));
