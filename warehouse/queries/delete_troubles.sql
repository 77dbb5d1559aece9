-- Params: ids
DELETE FROM troubles WHERE list_contains($ids::VARCHAR[], trouble_id);
