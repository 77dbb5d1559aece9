-- From when on polls and requests are whole, as the last housekeeping left them.
SELECT max(kept_from) AS kept_from FROM housekeeping;
