-- Texts as long as those of newspapers: after what the article says come two pieces of words of the articles of its
-- language, each word as often as it stands there, so that a text takes as much room as a real one. A copy gets those of
-- its original. 4,000 pieces a language make 16 million pairs.

CREATE TEMP TABLE words AS
SELECT language, row_number() OVER (PARTITION BY language ORDER BY article_id, place) AS number, word
FROM (
    SELECT language, article_id, unnest(words) AS word, generate_subscripts(words, 1) AS place
    FROM (
        SELECT language, article_id,
               if(language = 'zh', regexp_extract_all(text, '.{2}'), string_split(text, ' ')) AS words
        FROM template.articles
    )
);

-- 24 to 216 words a piece, 72 in the middle; of Chinese as many pairs of characters.
CREATE TEMP TABLE drawn AS
SELECT p.language, p.number, p.place, w.word
FROM (
    SELECT language, r.number, unnest(range((24 * pow(9, hash(r.number) % 1000 / 1000))::BIGINT)) AS place, l.words
    FROM range(4000) AS r (number), (SELECT language, count(*) AS words FROM words GROUP BY language) AS l
) AS p
JOIN words AS w ON w.language = p.language AND w.number = 1 + (hash(p.language, p.number, p.place) % p.words)::BIGINT;

CREATE TEMP TABLE pieces AS
SELECT language, list(piece ORDER BY number) AS pieces
FROM (
    SELECT language, number, string_agg(if(language = 'zh', word, word || ' '), '' ORDER BY place) AS piece
    FROM drawn
    GROUP BY language, number
)
GROUP BY language;

SET VARIABLE pieces_de = (SELECT pieces FROM pieces WHERE language = 'de');

SET VARIABLE pieces_en = (SELECT pieces FROM pieces WHERE language = 'en');

SET VARIABLE pieces_zh = (SELECT pieces FROM pieces WHERE language = 'zh');

CREATE TEMP MACRO piece(pieces, id, k, number) AS pieces[1 + (hash(id, k, number) % 4000)::BIGINT];

CREATE TEMP MACRO longer(text, id, language, k) AS text || chr(10) || chr(10) || CASE language
    WHEN 'zh' THEN piece(getvariable('pieces_zh'), id, k, 1) || '。' || piece(getvariable('pieces_zh'), id, k, 2) || '。'
    WHEN 'de' THEN piece(getvariable('pieces_de'), id, k, 1) || '. ' || piece(getvariable('pieces_de'), id, k, 2) || '.'
    ELSE piece(getvariable('pieces_en'), id, k, 1) || '. ' || piece(getvariable('pieces_en'), id, k, 2) || '.'
END || k;
