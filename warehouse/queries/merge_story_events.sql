-- Params: pairs (lists of a merged story_id and the one it ends in)
UPDATE state.story_events SET story_id = merged.pair[2]
FROM (SELECT unnest($pairs) AS pair) AS merged
WHERE story_events.story_id = merged.pair[1];
