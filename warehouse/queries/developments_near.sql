-- Params: since
SELECT development_id, story_id, event_type, status, basis, participants, what, sentence, first_article_id,
       reported_at, detected_at, articles, origins, supersedes
FROM developments WHERE reported_at >= $since ORDER BY detected_at, development_id;
