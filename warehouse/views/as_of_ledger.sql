-- What was known at a moment of the pipeline's own doings; see as_of_articles.sql for how the names are written.

CREATE OR REPLACE MACRO polls_as_of(moment) AS TABLE
FROM main.polls WHERE started_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE polls_as_of IS 'The table polls as of a moment: visits begun by then. Those that were dropped since are in poll_days only.';

CREATE OR REPLACE MACRO poll_days_as_of(moment) AS TABLE
FROM main.poll_days WHERE day <= CAST(moment::TIMESTAMPTZ AT TIME ZONE 'UTC' AS DATE);
COMMENT ON MACRO TABLE poll_days_as_of IS 'The table poll_days as of a moment: the days up to its own, which is whole.';

CREATE OR REPLACE MACRO requests_as_of(moment) AS TABLE
FROM main.requests WHERE started_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE requests_as_of IS 'The table requests as of a moment: those begun by then. Those that were dropped since are missing.';

CREATE OR REPLACE MACRO runs_as_of(moment) AS TABLE
FROM main.runs WHERE finished_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE runs_as_of IS 'The table runs as of a moment: those ended by then.';

CREATE OR REPLACE MACRO leads_as_of(moment) AS TABLE
FROM main.leads WHERE seen_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE leads_as_of IS 'The table leads as of a moment: those listed by then.';

CREATE OR REPLACE MACRO troubles_as_of(moment) AS TABLE
SELECT t.* REPLACE (CASE WHEN t.ended_at <= moment::TIMESTAMPTZ THEN t.ended_at END AS ended_at)
FROM main.troubles AS t
WHERE t.seen_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE troubles_as_of IS 'The table troubles as of a moment: those seen by then, not over where their end was seen later.';

CREATE OR REPLACE MACRO alerts_as_of(moment) AS TABLE
SELECT a.* REPLACE (
    CASE WHEN a.tried_at > moment::TIMESTAMPTZ THEN 'pending' ELSE a.state END      AS state,
    CASE WHEN a.tried_at <= moment::TIMESTAMPTZ THEN a.tried_at END                 AS tried_at,
    CASE WHEN a.sent_at <= moment::TIMESTAMPTZ THEN a.sent_at END                   AS sent_at,
    CASE WHEN a.tried_at <= moment::TIMESTAMPTZ THEN a.error END                    AS error
)
FROM main.alerts AS a
WHERE a.created_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE alerts_as_of IS 'The table alerts as of a moment: those decided by then; pending where the last try to send it came later, be it that it was held or had failed before. Title, body and attempts are of today.';
