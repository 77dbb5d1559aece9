-- Params: ids
SELECT article_id, claim_id, event_type, status, basis, participants, sentence, part, start, stop, is_news, score
FROM claims WHERE article_id IN (SELECT unnest($ids))
ORDER BY article_id, position;
