-- Params: told (structs of article_id and the columns that are set)
-- What is said of the rights to articles whose words did not change.
UPDATE articles
SET rights_reserved = said.rights_reserved, rights_from = said.rights_from, rights_policy = said.rights_policy
FROM (
    SELECT unnest(
        $told::STRUCT(
            article_id VARCHAR, rights_reserved BOOLEAN, rights_from VARCHAR[], rights_policy VARCHAR
        )[],
        max_depth := 2
    )
) AS said
WHERE
    articles.article_id = said.article_id
    AND (
        articles.rights_from IS DISTINCT FROM said.rights_from
        OR articles.rights_policy IS DISTINCT FROM said.rights_policy
    );
