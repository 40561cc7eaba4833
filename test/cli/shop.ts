import { projectOf } from "./run-command.js";

/** A project without errors: customers in SQLite, made when first asked for. */
export function shopProject(changes: Readonly<Record<string, string>> = {}): string {
  return projectOf({ ...shopFiles, ...changes });
}

const shopFiles = {
  "config/database.yaml": `database:
  sources:
    default:
      connection_string: sqlite:///data/shop.db
      init_sql: data/schema.sql
  operations:
    get_customer:
      query: SELECT id, name, tier FROM customers WHERE id = :customer_id
      params:
        customer_id: { type: integer }
      returns: one
    get_orders:
      query: SELECT id, total FROM orders WHERE customer_id = :customer_id ORDER BY id
      params:
        customer_id: { type: integer }
    broken:
      query: SELECT amount FROM nowhere
      returns: one
    add_order:
      query: INSERT INTO orders (customer_id, total) VALUES (:customer_id, :total)
      params:
        customer_id: { type: integer }
        total: { type: number }
`,
  "config/domains/customers.yaml": `description: Everything about customers
endpoints:
  get:
    description: A customer with orders
    path: /customers/{customer_id}
    request:
      path_params:
        customer_id: { type: integer, minimum: 1 }
      query_params:
        currency: { type: string, default: EUR }
      headers:
        x-tenant: { type: string }
    timeout: 2s
    primary_source: customer
    data_sources:
      - name: customer
        type: database
        operation: get_customer
        params:
          customer_id: $request.customer_id
      - name: orders
        type: database
        operation: get_orders
        params:
          customer_id: $customer.id
        on_error:
          value: []
      - name: total
        type: value
        value: "{{ sum($orders.map(order => order.total)) }}"
    response_mapping:
      name: $customer.name
      total: $total
      currency: $request.currency
      tenant: $request.headers['x-tenant']
  shaky:
    data_sources:
      - name: broken
        type: database
        operation: broken
        on_error:
          value: null
    response_mapping:
      value: $broken
      secret: "{{ $broken ?? 'none' }}"
  add_order:
    path: /customers/{customer_id}/orders
    request:
      path_params:
        customer_id: { type: integer, minimum: 1 }
      body:
        type: object
        required: [total]
        properties:
          total: { type: number }
    data_sources:
      - name: customer
        type: database
        operation: get_customer
        params:
          customer_id: $request.customer_id
      - name: added
        type: database
        operation: add_order
        params:
          customer_id: $request.customer_id
          total: $request.body.total
    not_found: $customer == null
    response_mapping:
      added: $added.affected_rows
`,
  "data/schema.sql": `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, tier TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, total REAL NOT NULL);
INSERT INTO customers VALUES (7, 'Ada', 'gold');
INSERT INTO orders (customer_id, total) VALUES (7, 10.5), (7, 2);
`,
};
