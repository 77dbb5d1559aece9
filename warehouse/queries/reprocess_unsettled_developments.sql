SELECT development_id FROM developments WHERE development_id NOT IN (FROM settled_developments);
