-- Articles that differ; copies and stories are told for themselves.
CREATE OR REPLACE TEMP VIEW difference AS
WITH news AS (FROM articles),
olds AS (FROM before.articles)
SELECT
    CASE WHEN o.article_id IS NULL THEN 'added' WHEN n.article_id IS NULL THEN 'gone' ELSE 'changed' END AS change,
    coalesce(n.article_id, o.article_id) AS key,
    coalesce(n.article_id, o.article_id) AS article_id,
    CASE WHEN o.article_id IS NOT NULL THEN
        concat(CASE WHEN o.relevant THEN 'relevant' ELSE 'not relevant' END, ', ', o.language, ', ', o.words,
        ' words')
    END AS before,
    CASE WHEN n.article_id IS NOT NULL THEN
        concat(CASE WHEN n.relevant THEN 'relevant' ELSE 'not relevant' END, ', ', n.language, ', ', n.words,
        ' words')
    END AS after,
    CASE WHEN o.article_id IS NULL OR n.article_id IS NULL THEN [] ELSE list_filter([
        CASE WHEN n.url IS DISTINCT FROM o.url THEN 'url' END,
        CASE WHEN n.publisher IS DISTINCT FROM o.publisher THEN 'publisher' END,
        CASE WHEN n.language IS DISTINCT FROM o.language THEN 'language' END,
        CASE WHEN n.title IS DISTINCT FROM o.title THEN 'title' END,
        CASE WHEN n.lead IS DISTINCT FROM o.lead THEN 'lead' END,
        CASE WHEN n.text IS DISTINCT FROM o.text THEN 'text' END,
        CASE WHEN n.authors IS DISTINCT FROM o.authors THEN 'authors' END,
        CASE WHEN n.published_at IS DISTINCT FROM o.published_at THEN 'published_at' END,
        CASE WHEN n.published_from IS DISTINCT FROM o.published_from THEN 'published_from' END,
        CASE WHEN n.reported_at IS DISTINCT FROM o.reported_at THEN 'reported_at' END,
        CASE WHEN n.first_seen_at IS DISTINCT FROM o.first_seen_at THEN 'first_seen_at' END,
        CASE WHEN n.revision IS DISTINCT FROM o.revision THEN 'revision' END,
        CASE WHEN n.words IS DISTINCT FROM o.words THEN 'words' END,
        CASE WHEN n.relevant IS DISTINCT FROM o.relevant THEN 'relevant' END,
        CASE WHEN n.likeness IS DISTINCT FROM o.likeness THEN 'likeness' END,
        CASE WHEN n.text_from IS DISTINCT FROM o.text_from THEN 'text_from' END,
        CASE WHEN n.section IS DISTINCT FROM o.section THEN 'section' END,
        CASE WHEN n.date_clamped IS DISTINCT FROM o.date_clamped THEN 'date_clamped' END,
        CASE WHEN n.rights_reserved IS DISTINCT FROM o.rights_reserved THEN 'rights_reserved' END,
        CASE WHEN n.rights_from IS DISTINCT FROM o.rights_from THEN 'rights_from' END,
        CASE WHEN n.rights_policy IS DISTINCT FROM o.rights_policy THEN 'rights_policy' END,
        CASE WHEN n.pubstatus IS DISTINCT FROM o.pubstatus THEN 'pubstatus' END,
        CASE WHEN n.version IS DISTINCT FROM o.version THEN 'version' END,
        CASE WHEN n.versioncreated IS DISTINCT FROM o.versioncreated THEN 'versioncreated' END,
        CASE WHEN n.embargoed IS DISTINCT FROM o.embargoed THEN 'embargoed' END,
        CASE WHEN n.ednote IS DISTINCT FROM o.ednote THEN 'ednote' END
    ], lambda one: one IS NOT NULL) END AS columns
FROM news AS n
FULL JOIN olds AS o
    ON n.article_id = o.article_id
WHERE
    n.article_id IS NULL OR o.article_id IS NULL
    OR (
        n.url, n.publisher, n.language, n.title, n.lead, n.text, n.authors, n.published_at, n.published_from,
        n.reported_at, n.first_seen_at, n.revision, n.words, n.relevant, n.likeness, n.text_from, n.section,
        n.date_clamped, n.rights_reserved, n.rights_from, n.rights_policy, n.pubstatus, n.version,
        n.versioncreated, n.embargoed, n.ednote
    ) IS DISTINCT FROM (
        o.url, o.publisher, o.language, o.title, o.lead, o.text, o.authors, o.published_at, o.published_from,
        o.reported_at, o.first_seen_at, o.revision, o.words, o.relevant, o.likeness, o.text_from, o.section,
        o.date_clamped, o.rights_reserved, o.rights_from, o.rights_policy, o.pubstatus, o.version,
        o.versioncreated, o.embargoed, o.ednote
    );
