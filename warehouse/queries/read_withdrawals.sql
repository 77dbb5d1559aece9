-- What took developments back: the correction, and the sentence of it that says so, its title where no claim was read;
-- where the newsroom took its article back without a word in it, its note.
-- Params: ids
SELECT
    d.development_id,
    d.withdrawn_by AS article_id,
    d.withdrawn_at,
    a.url,
    a.title,
    a.publisher,
    a.language,
    coalesce(
        CASE WHEN a.pubstatus IN ('withheld', 'canceled') THEN a.ednote END,
        (
            SELECT first(c.sentence ORDER BY c.status NOT IN ('denied', 'ended'), c.position)
            FROM claims AS c
            WHERE c.article_id = d.withdrawn_by AND c.event_type = d.event_type
        ),
        a.title
    ) AS sentence
FROM developments AS d
LEFT JOIN articles AS a ON a.article_id = d.withdrawn_by
WHERE d.state = 'withdrawn' AND d.development_id IN (SELECT unnest($ids::VARCHAR[]));
