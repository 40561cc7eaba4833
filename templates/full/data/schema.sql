-- data/schema.sql: the tables of data/local.db.
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  price REAL NOT NULL CHECK (price >= 0),
  stock INTEGER NOT NULL CHECK (stock >= 0)
) STRICT;

CREATE TABLE rates (
  currency TEXT PRIMARY KEY,
  rate REAL NOT NULL CHECK (rate > 0)
) STRICT;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  ordered_at TEXT NOT NULL
) STRICT;

CREATE INDEX orders_by_customer ON orders (customer_id, id);
