-- Params: ids
SELECT article_id, claim_id, kind, value, number, unit, surface, part, start, stop
FROM figures WHERE article_id IN (SELECT unnest($ids))
ORDER BY article_id, part = 'title' DESC, start;
