-- data/crm.sql: the table of data/local-crm.db, and rows to begin with.
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  tier TEXT NOT NULL
) STRICT;

INSERT INTO customers (id, name, email, tier) VALUES
  (7, 'Ada Lovelace', 'ada@example.org', 'gold'),
  (8, 'Charles Babbage', 'charles@example.org', 'standard');
