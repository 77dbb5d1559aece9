DELETE FROM entities;
