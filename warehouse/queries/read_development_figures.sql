-- The figures in the sentences that developments rest on; of a first report that reads otherwise by now, none.
-- Params: ids
SELECT d.development_id, f.kind, f.value, f.unit, f.surface, f.part <> 'title' AS in_text, f.start
FROM developments AS d
JOIN claims AS c
    ON c.article_id = d.first_article_id AND c.event_type = d.event_type AND c.sentence = d.sentence
JOIN figures AS f ON f.claim_id = c.claim_id
WHERE d.development_id IN (SELECT unnest($ids::VARCHAR[]))
QUALIFY row_number() OVER (
    PARTITION BY d.development_id, f.kind, f.value, f.unit, f.surface ORDER BY f.part <> 'title', f.start
) = 1
ORDER BY d.development_id, in_text, f.start;
