COMMENT ON COLUMN troubles.name IS 'What it is: failing, gone, closed, duplicate, replaced, all-failing, silent, pages-unread, alerts-undelivered, backlog-growing, polls-overdue, batches-waiting, disk-low, disk-full, no-cycle, integrity, rebuilt; docs/health.md explains each.';
COMMENT ON COLUMN troubles.advice IS 'What to do about it.';
