SELECT count(*) FROM state.pending_items;
