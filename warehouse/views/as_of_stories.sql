-- What was known of stories and developments at a moment; see as_of_articles.sql for how the names are written.

CREATE OR REPLACE MACRO stories_as_of(moment) AS TABLE
WITH counted AS (
    SELECT
        story_id                                                                            AS story_id,
        count(*)::INTEGER                                                                   AS articles,
        count(DISTINCT publisher)::INTEGER                                                  AS publishers,
        coalesce(list_sort(list(DISTINCT language) FILTER (WHERE language IS NOT NULL)), []) AS languages,
        count(copy_of)::INTEGER                                                             AS copies
    FROM articles_as_of(moment)
    WHERE story_id IS NOT NULL
    GROUP BY story_id
),
changed AS (
    SELECT story_id, min(position) AS position
    FROM state.past_stories
    WHERE until > moment::TIMESTAMPTZ
    GROUP BY story_id
),
told AS (
    SELECT p.story_id, p.title, p.title_article_id, p.first_at, p.last_at
    FROM state.past_stories AS p
    JOIN changed AS c ON c.story_id = p.story_id AND c.position = p.position
    UNION ALL
    SELECT s.story_id, s.title, s.title_article_id, s.first_at, s.last_at
    FROM main.stories AS s
    ANTI JOIN changed AS c ON c.story_id = s.story_id
)
SELECT
    t.story_id,
    t.title,
    t.first_at,
    t.last_at,
    c.articles,
    c.publishers,
    c.languages,
    c.copies,
    t.title_article_id
FROM told AS t
JOIN counted AS c ON c.story_id = t.story_id;
COMMENT ON MACRO TABLE stories_as_of IS 'The table stories as of a moment: those that had articles by then, with the ids of before later merges and splits, and counts, title and bounds of then. Of what a program before migration 0015 merged, split or moved: the stories, titles and bounds of today, with the counts of the articles of then.';

CREATE OR REPLACE MACRO story_lineage_as_of(moment) AS TABLE
FROM main.story_lineage WHERE changed_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE story_lineage_as_of IS 'The table story_lineage as of a moment: what had become of stories by then.';

CREATE OR REPLACE MACRO developments_as_of(moment) AS TABLE
WITH changed AS (
    SELECT development_id, min(position) AS position
    FROM state.past_developments
    WHERE until > moment::TIMESTAMPTZ
    GROUP BY development_id
),
told AS (
    SELECT
        p.development_id, p.story_id, p.first_article_id, p.reported_at, p.sentence, p.articles, p.copies, p.origins,
        p.state, p.confirmed_at, p.official_at, p.withdrawn_at, p.withdrawn_by
    FROM state.past_developments AS p
    JOIN changed AS c ON c.development_id = p.development_id AND c.position = p.position
    UNION ALL BY NAME
    SELECT
        d.development_id, d.story_id, d.first_article_id, d.reported_at, d.sentence, d.articles, d.copies, d.origins,
        d.state, d.confirmed_at, d.official_at, d.withdrawn_at, d.withdrawn_by
    FROM main.developments AS d
    ANTI JOIN changed AS c ON c.development_id = d.development_id
)
SELECT d.* REPLACE (
    t.story_id                                                                                  AS story_id,
    t.first_article_id                                                                          AS first_article_id,
    t.reported_at                                                                               AS reported_at,
    t.sentence                                                                                  AS sentence,
    t.articles                                                                                  AS articles,
    t.copies                                                                                    AS copies,
    t.origins                                                                                   AS origins,
    CASE WHEN t.withdrawn_at > moment::TIMESTAMPTZ THEN 'standing' ELSE t.state END             AS state,
    CASE WHEN t.confirmed_at <= moment::TIMESTAMPTZ THEN t.confirmed_at END                     AS confirmed_at,
    CASE WHEN t.official_at <= moment::TIMESTAMPTZ THEN t.official_at END                       AS official_at,
    CASE WHEN t.withdrawn_at <= moment::TIMESTAMPTZ THEN t.withdrawn_at END                     AS withdrawn_at,
    CASE WHEN t.withdrawn_at <= moment::TIMESTAMPTZ THEN t.withdrawn_by END                     AS withdrawn_by
)
FROM main.developments AS d
JOIN told AS t ON t.development_id = d.development_id
WHERE d.detected_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE developments_as_of IS 'The table developments as of a moment: those detected by then, in the state of then (standing, though withdrawn later), with the first report, counts, confirmed_at and official_at of then. Of what a program before migration 0015 changed: the counts, origins, first report and story of today.';

CREATE OR REPLACE MACRO development_articles_as_of(moment) AS TABLE
WITH changed AS (
    SELECT development_id, article_id, min(position) AS position
    FROM state.past_links
    WHERE until > moment::TIMESTAMPTZ
    GROUP BY development_id, article_id
),
past AS (
    SELECT p.*
    FROM state.past_links AS p
    JOIN changed AS c
        ON c.development_id = p.development_id AND c.article_id = p.article_id AND c.position = p.position
)
SELECT l.* REPLACE (
    coalesce(p.role, l.role)                                            AS role,
    CASE WHEN p.article_id IS NULL THEN l.basis ELSE p.basis END        AS basis
)
FROM main.development_articles AS l
JOIN main.developments AS d ON d.development_id = l.development_id AND d.detected_at <= moment::TIMESTAMPTZ
LEFT JOIN main.articles AS a ON a.article_id = l.article_id
LEFT JOIN past AS p ON p.development_id = l.development_id AND p.article_id = l.article_id
WHERE coalesce(l.linked_at, a.first_seen_at, d.detected_at) <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE development_articles_as_of IS 'The table development_articles as of a moment: who was known by then to report which development, in the role of then. Where linked_at is null: from the first sight of the article on, in the role of today.';
