COMMENT ON COLUMN articles.source_id IS 'Source that listed the article first (sources.source_id); import for imported ones, which no source listed.';
COMMENT ON COLUMN articles.words IS 'Number of words of title and text; of characters for Chinese.';
COMMENT ON COLUMN articles.copy_of IS 'Original (articles.article_id), reported no later, of which this is (nearly) the same text; null for originals.';
COMMENT ON COLUMN articles.story_id IS 'Story that it belongs to (stories.story_id); null where no version of it was relevant.';
COMMENT ON COLUMN articles.rights_from IS 'By what the rights are reserved, of: meta (a meta of the page: tdm-reservation, noai), header (of its answer: tdm-reservation, X-Robots-Tag, Content-Usage, Content-Signal), tdmrep (/.well-known/tdmrep.json), robots (robots.txt: AI crawlers may not read the page, Content-Signal, Content-Usage, DisallowAITraining), ai-txt (/ai.txt); empty where by nothing.';
