-- data/sample.sql: rows to begin with.
INSERT INTO products (id, name, price, stock) VALUES
  (1, 'Teapot', 24.5, 12),
  (2, 'Cup', 6.9, 100),
  (3, 'Samovar', 189, 0);

INSERT INTO rates (currency, rate) VALUES ('USD', 1.08), ('GBP', 0.85), ('CHF', 0.94);

INSERT INTO orders (customer_id, product_id, quantity, ordered_at) VALUES
  (7, 1, 1, '2026-01-10T09:30:00.000Z'),
  (7, 2, 6, '2026-01-12T16:05:00.000Z'),
  (8, 2, 2, '2026-01-15T11:20:00.000Z');
