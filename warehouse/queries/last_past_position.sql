SELECT greatest(
    (SELECT coalesce(max(position), 0) FROM state.past_articles),
    (SELECT coalesce(max(position), 0) FROM state.past_stories),
    (SELECT coalesce(max(position), 0) FROM state.past_developments),
    (SELECT coalesce(max(position), 0) FROM state.past_links)
);
