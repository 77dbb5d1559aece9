-- What is known of pages, by which a notice of a newsroom finds its article.
INSERT INTO state.pages BY NAME FROM before.state.pages;
