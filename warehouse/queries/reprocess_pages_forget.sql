DELETE FROM state.pages;
