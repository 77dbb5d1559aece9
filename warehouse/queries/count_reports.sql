SELECT count(*) FROM state.reports;
