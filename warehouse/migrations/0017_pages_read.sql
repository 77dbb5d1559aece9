-- Whether a page that was asked for gave the text of its article: no more can be told of it once the article is known.

ALTER TABLE requests ADD COLUMN text_read BOOLEAN;
COMMENT ON COLUMN requests.text_read IS 'Of a page that was asked for the first time: whether the text of an article was read from it, be the article known already; null for other requests, for redirects, and where it is not known.';

-- Of what was asked before, only a refusal says it.
UPDATE requests SET text_read = false WHERE purpose = 'page' AND cause IS NOT NULL;
