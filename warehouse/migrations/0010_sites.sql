-- Turns, spacing and the daily budget go by site: a host's registrable domain.

ALTER TABLE requests ADD COLUMN site VARCHAR;
COMMENT ON COLUMN requests.site IS 'Site that the host is part of: its registrable domain by the public suffix list, or the host itself where it is under no suffix; null in rows of older programs.';
COMMENT ON COLUMN requests.order_id IS 'Order that it was made for; for what was asked by hand, an id of its own.';
COMMENT ON COLUMN requests.purpose IS 'poll, listing (a file that a source points to), archive (an older part of a feed, once), audit (a poll without conditions, to see whether 304s are true), page, recheck (a known page again), robots, rights (a file about rights), discovery (a look for listings of a site), check (by hand).';
COMMENT ON COLUMN requests.url IS 'Address that was asked; of a query that a redirect added, only a mark: it may be the key of a session.';
COMMENT ON COLUMN requests.open_at_host IS 'Requests to its site that were open when it began, itself included.';
COMMENT ON COLUMN requests.gap_s IS 'Seconds since the request before to its site began, be it in the run before; null where none is known in the 24 hours before the run.';
COMMENT ON COLUMN state.pages.host IS 'Site of that link (its registrable domain); its host in rows of older programs.';
