-- How many articles of the file `before` are not in the open one.
SELECT count(*) FROM before.articles WHERE article_id NOT IN (SELECT article_id FROM articles);
