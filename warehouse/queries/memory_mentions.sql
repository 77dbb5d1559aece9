-- Params: ids
SELECT article_id, entity_id, surface, part, start, stop
FROM mentions WHERE article_id IN (SELECT unnest($ids))
ORDER BY article_id, part = 'title' DESC, start, entity_id;
