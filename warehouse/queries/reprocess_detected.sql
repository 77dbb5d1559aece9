-- What was known was detected when it was.
UPDATE developments SET detected_at = o.detected_at
FROM before.developments AS o
WHERE o.development_id = developments.development_id AND o.detected_at <> developments.detected_at;
