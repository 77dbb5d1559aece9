-- What pages say of their section and of their rights, and dates that lay ahead of the clock.

ALTER TABLE articles ADD COLUMN section VARCHAR;
ALTER TABLE articles ADD COLUMN rights_reserved BOOLEAN DEFAULT false;
ALTER TABLE articles ADD COLUMN date_clamped BOOLEAN DEFAULT false;
COMMENT ON COLUMN articles.section IS 'Section of the paper, as the page names it; null where it names none.';
COMMENT ON COLUMN articles.rights_reserved IS 'The page reserves the rights of text and data mining (TDMRep), or wants no use by AI (noai).';
COMMENT ON COLUMN articles.date_clamped IS 'The date that was given lay ahead of the time of fetching, and published_at is that time instead.';
