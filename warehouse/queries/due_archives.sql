-- Older parts of feeds that are to be read, but those of sources with items whose page nobody has asked for yet: those
-- that only wait for the end of an embargo hold nothing up.
-- Params: now
SELECT source_id, url, read, items, began_at
FROM state.archives
WHERE next_try_at <= $now
    AND source_id NOT IN (
        SELECT source_id FROM state.pending_items
        WHERE attempts = 0 AND (release.embargoed IS NULL OR release.embargoed <= $now)
    )
ORDER BY source_id;
