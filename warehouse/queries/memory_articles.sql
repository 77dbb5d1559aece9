-- Params: since
-- Relevant articles that judgement remembers: reported since then, in the order they were judged in.
SELECT article_id, revision, publisher, language, title, lead, judged.reported_at, judged.detected_at, words,
       copy_of, story_id
FROM articles
JOIN state.judged AS judged USING (article_id)
WHERE relevant AND judged.reported_at >= $since
ORDER BY judged.position;
