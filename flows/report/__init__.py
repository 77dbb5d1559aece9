"""The report: one page and one feed that need nothing but a browser or a feed reader."""
