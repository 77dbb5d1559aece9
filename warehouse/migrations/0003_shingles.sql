-- Fingerprints as one row an article, in the order of arrival: what is asked about the last so many articles reads the
-- end of the table, and what is asked about older ones the anchors alone, however many articles are stored.

CREATE TABLE state.fingerprints (
    number     INTEGER NOT NULL,
    article_id VARCHAR NOT NULL,
    shingles   UINTEGER[] NOT NULL,
    anchors    UINTEGER[] NOT NULL
);
COMMENT ON TABLE state.fingerprints IS 'What the newest revision of each article looks like, to find copies by.';
COMMENT ON COLUMN state.fingerprints.number IS 'Place in the order of arrival, from 1; a revision takes a new one.';
COMMENT ON COLUMN state.fingerprints.article_id IS 'Article.';
COMMENT ON COLUMN state.fingerprints.shingles IS 'Sampled hashes of its word runs: 31 bits, and one that says whether there is a digit in the run.';
COMMENT ON COLUMN state.fingerprints.anchors IS 'Those of the shingles by which older articles are searched: multiples of 32.';

-- Of what was stored with 63 bits, 31 are kept; the bit for digits is not known and stays 0.
INSERT INTO state.fingerprints BY NAME
SELECT row_number() OVER (ORDER BY any_value(articles.first_seen_at), shingles.article_id)::INTEGER AS number,
       shingles.article_id,
       list_sort(list(DISTINCT (shingle & 2147483647)::UINTEGER)) AS shingles,
       list_sort(coalesce(list(DISTINCT (shingle & 2147483647)::UINTEGER) FILTER (shingle % 32 = 0), [])) AS anchors
FROM state.shingles AS shingles JOIN articles USING (article_id)
GROUP BY shingles.article_id
ORDER BY number;

DROP TABLE state.shingles;
