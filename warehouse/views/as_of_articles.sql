-- What was known of articles at a moment. The names that these macros read begin with main. or end with _as_of, so that
-- `newswatch query --as-of` can put them in the place of the tables (warehouse/as_of.py).

CREATE OR REPLACE MACRO replaced_as_of(moment) AS TABLE
SELECT p.article_id AS article_id, arg_min(p.revision, p.position) AS revision
FROM state.past_articles AS p
JOIN main.articles AS a ON a.article_id = p.article_id
WHERE p.until > moment::TIMESTAMPTZ AND a.first_seen_at <= moment::TIMESTAMPTZ
GROUP BY p.article_id
HAVING arg_min(p.revision, p.position) < any_value(a.revision);
COMMENT ON MACRO TABLE replaced_as_of IS 'Articles that were known at the moment in a version that was replaced since, with the number of that version, as far as its signals are kept: what older programs replaced is not.';

CREATE OR REPLACE MACRO articles_as_of(moment) AS TABLE
WITH later AS (
    SELECT article_id, min(revision) - 1 AS revision
    FROM main.revisions
    WHERE revision > 1 AND seen_at > moment::TIMESTAMPTZ
    GROUP BY article_id
),
changed AS (
    SELECT article_id, min(position) AS position
    FROM state.past_articles
    WHERE until > moment::TIMESTAMPTZ
    GROUP BY article_id
),
past AS (
    SELECT p.*
    FROM state.past_articles AS p
    JOIN changed AS c ON c.article_id = p.article_id AND c.position = p.position
)
SELECT a.* REPLACE (
    coalesce(v.title, a.title)                                                              AS title,
    coalesce(v.text, a.text)                                                                AS text,
    coalesce(l.revision, a.revision)::INTEGER                                               AS revision,
    coalesce(p.publisher, a.publisher)                                                      AS publisher,
    CASE WHEN p.article_id IS NULL THEN a.language ELSE p.language END                      AS language,
    CASE WHEN p.article_id IS NULL THEN a.lead ELSE p.lead END                              AS lead,
    coalesce(p.authors, a.authors)                                                          AS authors,
    CASE WHEN p.article_id IS NULL THEN a.published_at ELSE p.published_at END              AS published_at,
    CASE WHEN p.article_id IS NULL THEN a.published_from ELSE p.published_from END          AS published_from,
    CASE WHEN p.article_id IS NULL THEN a.date_clamped ELSE p.date_clamped END              AS date_clamped,
    coalesce(p.words, a.words)                                                              AS words,
    coalesce(p.relevant, a.relevant)                                                        AS relevant,
    coalesce(p.likeness, a.likeness)                                                        AS likeness,
    CASE WHEN p.article_id IS NULL THEN a.copy_of ELSE p.copy_of END                        AS copy_of,
    CASE WHEN p.article_id IS NULL THEN a.story_id ELSE p.story_id END                      AS story_id,
    coalesce(p.text_from, a.text_from)                                                      AS text_from,
    CASE WHEN p.article_id IS NULL THEN a.pubstatus ELSE p.pubstatus END                    AS pubstatus,
    CASE WHEN p.article_id IS NULL THEN a.ednote ELSE p.ednote END                          AS ednote
)
FROM main.articles AS a
LEFT JOIN later AS l ON l.article_id = a.article_id
LEFT JOIN main.revisions AS v ON v.article_id = l.article_id AND v.revision = l.revision
LEFT JOIN past AS p ON p.article_id = a.article_id
WHERE a.first_seen_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE articles_as_of IS 'The table articles as of a moment: articles first seen by then, in the version of then, with the originals and stories of then. A change is dated by the sight of the article that made it. As they are today are: section, rights, version, versioncreated, embargoed; and of what a program before migration 0015 replaced, all but title, text and revision.';

CREATE OR REPLACE MACRO revisions_as_of(moment) AS TABLE
FROM main.revisions WHERE seen_at <= moment::TIMESTAMPTZ;
COMMENT ON MACRO TABLE revisions_as_of IS 'The table revisions as of a moment: versions seen by then.';

CREATE OR REPLACE MACRO mentions_as_of(moment) AS TABLE
SELECT m.*
FROM main.mentions AS m
JOIN main.articles AS a ON a.article_id = m.article_id AND a.first_seen_at <= moment::TIMESTAMPTZ
ANTI JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id
UNION ALL BY NAME
SELECT m.* EXCLUDE (revision)
FROM state.past_mentions AS m
JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id AND r.revision = m.revision;
COMMENT ON MACRO TABLE mentions_as_of IS 'The table mentions as of a moment: those of articles_as_of, read by the rules of when the version was loaded. Of versions that a program before migration 0015 replaced: those of the next version that is kept.';

CREATE OR REPLACE MACRO claims_as_of(moment) AS TABLE
SELECT m.*
FROM main.claims AS m
JOIN main.articles AS a ON a.article_id = m.article_id AND a.first_seen_at <= moment::TIMESTAMPTZ
ANTI JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id
UNION ALL BY NAME
SELECT m.* EXCLUDE (revision)
FROM state.past_claims AS m
JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id AND r.revision = m.revision;
COMMENT ON MACRO TABLE claims_as_of IS 'The table claims as of a moment; what cannot be told exactly is as for mentions_as_of.';

CREATE OR REPLACE MACRO figures_as_of(moment) AS TABLE
SELECT m.*
FROM main.figures AS m
JOIN main.articles AS a ON a.article_id = m.article_id AND a.first_seen_at <= moment::TIMESTAMPTZ
ANTI JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id
UNION ALL BY NAME
SELECT m.* EXCLUDE (revision)
FROM state.past_figures AS m
JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id AND r.revision = m.revision;
COMMENT ON MACRO TABLE figures_as_of IS 'The table figures as of a moment; what cannot be told exactly is as for mentions_as_of.';

CREATE OR REPLACE MACRO citations_as_of(moment) AS TABLE
SELECT m.*
FROM main.citations AS m
JOIN main.articles AS a ON a.article_id = m.article_id AND a.first_seen_at <= moment::TIMESTAMPTZ
ANTI JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id
UNION ALL BY NAME
SELECT m.* EXCLUDE (revision)
FROM state.past_citations AS m
JOIN replaced_as_of(moment) AS r ON r.article_id = m.article_id AND r.revision = m.revision;
COMMENT ON MACRO TABLE citations_as_of IS 'The table citations as of a moment; what cannot be told exactly is as for mentions_as_of.';
