-- When a development was last found or changed; null where there is none.
SELECT max(greatest(detected_at, confirmed_at, official_at, withdrawn_at)) FROM developments;
