-- Params: ids
SELECT trouble_id, ended_at FROM troubles WHERE list_contains($ids::VARCHAR[], trouble_id);
