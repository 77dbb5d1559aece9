-- What the views of the dashboards say, kept ready: a load brings it up to date for the days and weeks that it touched
-- (warehouse/summaries.py). What was stored before is filled in here.

CREATE TABLE state.mentioned (
    article_id VARCHAR NOT NULL,
    day        DATE NOT NULL,
    language   VARCHAR,
    publisher  VARCHAR NOT NULL,
    copied     BOOLEAN NOT NULL,
    entities   VARCHAR[] NOT NULL
);
COMMENT ON TABLE state.mentioned IS 'What each relevant article mentions, in one row: what the trends are counted from.';
COMMENT ON COLUMN state.mentioned.article_id IS 'Article.';
COMMENT ON COLUMN state.mentioned.day IS 'Day of articles.reported_at, UTC.';
COMMENT ON COLUMN state.mentioned.language IS 'As articles.language.';
COMMENT ON COLUMN state.mentioned.publisher IS 'As articles.publisher.';
COMMENT ON COLUMN state.mentioned.copied IS 'It is a copy.';
COMMENT ON COLUMN state.mentioned.entities IS 'Entities and topics that it mentions, each once, sorted.';

CREATE TABLE state.trend_days (
    day        DATE NOT NULL,
    entity_id  VARCHAR NOT NULL,
    language   VARCHAR,
    articles   BIGINT NOT NULL,
    copies     BIGINT NOT NULL,
    publishers BIGINT NOT NULL
);
COMMENT ON TABLE state.trend_days IS 'What the view trend_daily says.';
COMMENT ON COLUMN state.trend_days.day IS 'As in trend_daily.';
COMMENT ON COLUMN state.trend_days.entity_id IS 'As in trend_daily.';
COMMENT ON COLUMN state.trend_days.language IS 'As in trend_daily.';
COMMENT ON COLUMN state.trend_days.articles IS 'As in trend_daily.';
COMMENT ON COLUMN state.trend_days.copies IS 'As in trend_daily.';
COMMENT ON COLUMN state.trend_days.publishers IS 'As in trend_daily.';

CREATE TABLE state.entity_weeks (
    week      DATE NOT NULL,
    entity_id VARCHAR NOT NULL,
    articles  BIGINT NOT NULL
);
COMMENT ON TABLE state.entity_weeks IS 'What the view share_of_voice counts.';
COMMENT ON COLUMN state.entity_weeks.week IS 'As in share_of_voice.';
COMMENT ON COLUMN state.entity_weeks.entity_id IS 'As in share_of_voice.';
COMMENT ON COLUMN state.entity_weeks.articles IS 'As in share_of_voice.';

CREATE TABLE state.pair_weeks (
    week     DATE NOT NULL,
    entity_a VARCHAR NOT NULL,
    entity_b VARCHAR NOT NULL,
    articles BIGINT NOT NULL
);
COMMENT ON TABLE state.pair_weeks IS 'What the view co_mentions says.';
COMMENT ON COLUMN state.pair_weeks.week IS 'As in co_mentions.';
COMMENT ON COLUMN state.pair_weeks.entity_a IS 'As in co_mentions.';
COMMENT ON COLUMN state.pair_weeks.entity_b IS 'As in co_mentions.';
COMMENT ON COLUMN state.pair_weeks.articles IS 'As in co_mentions.';

CREATE TABLE state.reporters (
    development_id VARCHAR NOT NULL,
    week           DATE NOT NULL,
    event_type     VARCHAR NOT NULL,
    status         VARCHAR NOT NULL,
    publisher      VARCHAR,
    was_first      BOOLEAN NOT NULL,
    by_copy        BOOLEAN NOT NULL,
    lag_hours      DOUBLE,
    articles       VARCHAR[] NOT NULL,
    copies         VARCHAR[] NOT NULL
);
COMMENT ON TABLE state.reporters IS 'Who reports each development that stands, a row a publisher: what events and first reports are counted from.';
COMMENT ON COLUMN state.reporters.development_id IS 'Development.';
COMMENT ON COLUMN state.reporters.week IS 'Monday of the ISO week of developments.reported_at, UTC.';
COMMENT ON COLUMN state.reporters.event_type IS 'As developments.event_type.';
COMMENT ON COLUMN state.reporters.status IS 'As developments.status.';
COMMENT ON COLUMN state.reporters.publisher IS 'As articles.publisher; null for articles that are no longer kept, and for a development without any.';
COMMENT ON COLUMN state.reporters.was_first IS 'The first report is one of its articles.';
COMMENT ON COLUMN state.reporters.by_copy IS 'All of its articles are copies.';
COMMENT ON COLUMN state.reporters.lag_hours IS 'Hours from the first report to its own first one; null with publisher.';
COMMENT ON COLUMN state.reporters.articles IS 'Its articles.';
COMMENT ON COLUMN state.reporters.copies IS 'Of these: copies.';

CREATE TABLE state.event_weeks (
    week         DATE NOT NULL,
    event_type   VARCHAR NOT NULL,
    status       VARCHAR NOT NULL,
    developments BIGINT NOT NULL,
    articles     BIGINT NOT NULL,
    copies       BIGINT NOT NULL
);
COMMENT ON TABLE state.event_weeks IS 'What the view trend_events says.';
COMMENT ON COLUMN state.event_weeks.week IS 'As in trend_events.';
COMMENT ON COLUMN state.event_weeks.event_type IS 'As in trend_events.';
COMMENT ON COLUMN state.event_weeks.status IS 'As in trend_events.';
COMMENT ON COLUMN state.event_weeks.developments IS 'As in trend_events.';
COMMENT ON COLUMN state.event_weeks.articles IS 'As in trend_events.';
COMMENT ON COLUMN state.event_weeks.copies IS 'As in trend_events.';

CREATE TABLE state.story_events (
    story_id       VARCHAR NOT NULL,
    happened_at    TIMESTAMPTZ NOT NULL,
    kind           VARCHAR NOT NULL,
    development_id VARCHAR,
    event_type     VARCHAR,
    status         VARCHAR,
    basis          VARCHAR,
    what           VARCHAR,
    article_id     VARCHAR,
    publisher      VARCHAR,
    language       VARCHAR,
    title          VARCHAR,
    url            VARCHAR,
    copied         BOOLEAN
);
COMMENT ON TABLE state.story_events IS 'What the view story_timeline says of articles and developments.';
COMMENT ON COLUMN state.story_events.story_id IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.happened_at IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.kind IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.development_id IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.event_type IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.status IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.basis IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.what IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.article_id IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.publisher IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.language IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.title IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.url IS 'As in story_timeline.';
COMMENT ON COLUMN state.story_events.copied IS 'As in story_timeline.';

CREATE TABLE state.source_days (
    day          DATE NOT NULL,
    source_id    VARCHAR NOT NULL,
    polls_ok     BIGINT NOT NULL,
    polls_failed BIGINT NOT NULL,
    articles     BIGINT NOT NULL
);
COMMENT ON TABLE state.source_days IS 'What the view coverage counts, without the days on which nothing was looked at or found.';
COMMENT ON COLUMN state.source_days.day IS 'As in coverage.';
COMMENT ON COLUMN state.source_days.source_id IS 'As in coverage.';
COMMENT ON COLUMN state.source_days.polls_ok IS 'As in coverage; polls that are counted in poll_days too.';
COMMENT ON COLUMN state.source_days.polls_failed IS 'As in coverage; polls that are counted in poll_days too.';
COMMENT ON COLUMN state.source_days.articles IS 'As in coverage.';

INSERT INTO state.mentioned BY NAME
WITH told AS (
    SELECT article_id, list(entity_id ORDER BY entity_id) AS entities
    FROM (SELECT DISTINCT article_id, entity_id FROM mentions)
    GROUP BY article_id
)
SELECT
    a.article_id,
    CAST(a.reported_at AT TIME ZONE 'UTC' AS DATE) AS day,
    a.language,
    a.publisher,
    a.copy_of IS NOT NULL AS copied,
    t.entities
FROM articles AS a
JOIN told AS t ON t.article_id = a.article_id
WHERE a.relevant
ORDER BY a.reported_at;

INSERT INTO state.trend_days BY NAME
SELECT
    day,
    entity_id,
    language,
    count(*) FILTER (WHERE NOT copied)  AS articles,
    count(*) FILTER (WHERE copied)      AS copies,
    count(DISTINCT publisher)           AS publishers
FROM (SELECT day, language, publisher, copied, unnest(entities) AS entity_id FROM state.mentioned)
GROUP BY day, entity_id, language
ORDER BY day, entity_id;

INSERT INTO state.entity_weeks BY NAME
SELECT CAST(date_trunc('week', day) AS DATE) AS week, entity_id, sum(articles)::BIGINT AS articles
FROM state.trend_days
GROUP BY ALL
HAVING sum(articles) > 0
ORDER BY week, entity_id;

INSERT INTO state.pair_weeks BY NAME
SELECT CAST(date_trunc('week', day) AS DATE) AS week, entity_a, entity_b, count(*) AS articles
FROM (
    SELECT day, entity_a, unnest(entities) AS entity_b
    FROM (SELECT day, entities, unnest(entities) AS entity_a FROM state.mentioned WHERE NOT copied)
)
WHERE entity_a < entity_b
GROUP BY ALL
ORDER BY week, entity_a, entity_b;

INSERT INTO state.reporters BY NAME
SELECT
    d.development_id,
    CAST(date_trunc('week', any_value(d.reported_at) AT TIME ZONE 'UTC') AS DATE)               AS week,
    any_value(d.event_type)                                                                     AS event_type,
    any_value(d.status)                                                                         AS status,
    a.publisher,
    coalesce(bool_or(l.role = 'first'), false)                                                  AS was_first,
    bool_and(a.copy_of IS NOT NULL)                                                             AS by_copy,
    (epoch(min(a.reported_at)) - epoch(any_value(d.reported_at))) / 3600                        AS lag_hours,
    coalesce(list(DISTINCT l.article_id) FILTER (l.article_id IS NOT NULL), [])                 AS articles,
    coalesce(list(DISTINCT l.article_id) FILTER (a.copy_of IS NOT NULL), [])                    AS copies
FROM developments AS d
LEFT JOIN development_articles AS l ON l.development_id = d.development_id
LEFT JOIN articles AS a ON a.article_id = l.article_id
WHERE d.state = 'standing'
GROUP BY d.development_id, a.publisher
ORDER BY week;

INSERT INTO state.event_weeks BY NAME
WITH told AS (
    SELECT week, event_type, status, count(DISTINCT development_id) AS developments
    FROM state.reporters
    GROUP BY ALL
),
reports AS (
    SELECT week, event_type, status, count(DISTINCT article_id) AS articles
    FROM (SELECT week, event_type, status, unnest(articles) AS article_id FROM state.reporters)
    GROUP BY ALL
),
copied AS (
    SELECT week, event_type, status, count(DISTINCT article_id) AS copies
    FROM (SELECT week, event_type, status, unnest(copies) AS article_id FROM state.reporters)
    GROUP BY ALL
)
SELECT week, event_type, status, developments, coalesce(articles, 0) AS articles, coalesce(copies, 0) AS copies
FROM told
LEFT JOIN reports USING (week, event_type, status)
LEFT JOIN copied USING (week, event_type, status)
ORDER BY week, event_type, status;

INSERT INTO state.source_days BY NAME
WITH counted AS (
    SELECT CAST(started_at AT TIME ZONE 'UTC' AS DATE) AS day, source_id, count(*) FILTER (outcome <> 'failed') AS polls_ok,
           count(*) FILTER (outcome = 'failed') AS polls_failed, 0 AS articles
    FROM polls
    GROUP BY ALL
    UNION ALL
    SELECT day, source_id, polls_ok, polls_failed, 0 FROM poll_days
    UNION ALL
    SELECT CAST(first_seen_at AT TIME ZONE 'UTC' AS DATE) AS day, source_id, 0, 0, count(*)
    FROM articles
    GROUP BY ALL
)
SELECT day, source_id, sum(polls_ok)::BIGINT AS polls_ok, sum(polls_failed)::BIGINT AS polls_failed,
       sum(articles)::BIGINT AS articles
FROM counted
GROUP BY day, source_id
ORDER BY day, source_id;

INSERT INTO state.story_events BY NAME
WITH told AS (
    SELECT d.story_id, d.development_id, d.event_type, d.status, d.what, d.reported_at AS first_at, d.official_at, l.role, l.basis, l.article_id,
           a.reported_at, a.publisher, a.language, a.title, a.url, a.copy_of IS NOT NULL AS copied
    FROM developments AS d
    JOIN development_articles AS l ON l.development_id = d.development_id
    LEFT JOIN articles AS a ON a.article_id = l.article_id
),
turned AS (
    SELECT * FROM told
    WHERE official_at > first_at AND basis = 'official'
    QUALIFY row_number() OVER (
        PARTITION BY development_id
        ORDER BY reported_at IS DISTINCT FROM official_at, reported_at, article_id
    ) = 1
),
events AS (
    SELECT story_id, CASE role WHEN 'first' THEN first_at ELSE coalesce(reported_at, first_at) END AS happened_at,
           CASE role WHEN 'first' THEN 'reported' WHEN 'confirms' THEN 'confirmed' ELSE 'repeated' END AS kind,
           development_id, event_type, status, basis, what, article_id, publisher, language, title, url, copied
    FROM told
    UNION ALL
    SELECT story_id, official_at, 'official', development_id, event_type, status, basis, what, article_id, publisher,
           language, title, url, copied
    FROM turned
    UNION ALL
    SELECT d.story_id, d.withdrawn_at, 'withdrawn', d.development_id, d.event_type, d.status, NULL, d.what,
           d.withdrawn_by, a.publisher, a.language, a.title, a.url, a.copy_of IS NOT NULL
    FROM developments AS d
    LEFT JOIN articles AS a ON a.article_id = d.withdrawn_by
    WHERE d.withdrawn_at IS NOT NULL
    UNION ALL
    SELECT a.story_id, a.reported_at, 'background', NULL, NULL, NULL, NULL, NULL, a.article_id, a.publisher,
           a.language, a.title, a.url, a.copy_of IS NOT NULL
    FROM articles AS a
    ANTI JOIN development_articles AS l ON l.article_id = a.article_id
    WHERE a.story_id IS NOT NULL
)
SELECT * FROM events ORDER BY happened_at;
