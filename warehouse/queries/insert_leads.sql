-- insert_leads
-- Params: urls, source_ids, titles, publishers, published, now
-- What is known already stays as it was listed first.
INSERT INTO leads (url, source_id, title, publisher, published_at, seen_at)
SELECT found.url, found.source_id, found.title, found.publisher, found.published_at, $now
FROM (
    SELECT
        unnest($urls)                                   AS url,
        unnest($source_ids)                             AS source_id,
        unnest($titles)                                 AS title,
        unnest($publishers::VARCHAR[])                  AS publisher,
        unnest($published::TIMESTAMPTZ[])               AS published_at
) AS found
ANTI JOIN leads USING (url);
