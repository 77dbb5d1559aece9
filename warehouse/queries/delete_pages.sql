-- The pages are looked at no more, or written anew.
-- Params: urls
DELETE FROM state.pages WHERE url IN (SELECT unnest($urls));
