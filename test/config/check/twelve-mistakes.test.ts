import { expect, test } from "vitest";
import { check, unindented } from "./checking.js";

/** Five files with twelve mistakes of twelve kinds. Each stands alone: none has anything to do with another. */
const files = {
  "config/config.yaml": unindented(`
    app:
      name: Shop API
    server:
      prot: 8000
    execution:
      timeout: 30
    logging:
      level: \${LOG_LEVEL_OF_THE_SHOP}
  `),
  "config/database.yaml": unindented(`
    database:
      sources:
        default:
          connection_string: sqlite:///data/shop.db
      operations:
        get_customer:
          query: SELECT id, name, tier FROM customers WHERE id = :customer_id
          returns: one
        get_customer:
          query: SELECT * FROM customers WHERE id = :customer_id
        list_orders:
          query: SELECT id, total FROM orders WHERE customer_id = :customer_id
  `),
  "config/integrations/api_sources.yaml": unindented(`
    api:
      sources:
        credit_api:
          base_url: https://shop:opensesame@credit.example/v2
        rates_api:
          base_url: https://rates.example
          retry:
            when: [connect, timeout]
          operations:
            get_rate: { path: "/rates/{currency}" }
  `),
  "config/domains/orders.yaml": unindented(`
    endpoints:
      list:
        method: GET
        path: /customers/{customer_id}/orders
        data_sources:
          - name: customer
            type: database
            operation: get_custmer
            params: { customer_id: $request.customer_id }
          - name: orders
            type: database
            operation: list_orders
            params: { customer_id: $customer.id }
        response_mapping:
          customer: $custmer.name
          total: "{{ summ($orders.map(order => order.total)) }}"
      all:
        path: /customers/{id}/orders
        data_sources:
          - { name: orders, type: database, operation: list_orders, params: { customer_id: $request.id } }
  `),
  "config/domains/customers/customers.yaml": unindented(`
    endpoints:
      get:
        path: /customers/{id}
        data_sources:
          - { name: customer, type: database, operation: get_customer, params: { customer_id: $request.id } }
          - name: rate
            type: api
            source_id: rates_api
            operation: get_rate
            params: { currency: EUR }
        response_mapping: $customer
      compare:
        path: /customers/{id}/compare
        data_sources:
          - { name: mine, type: value, value: $yours + 1 }
          - { name: yours, type: value, value: $mine - 1 }
        response_mapping: [$mine, $yours]
  `),
};

const expected = [
  "config/config.yaml:4:3 CONFIG_KEY_UNKNOWN",
  "config/config.yaml:6:12 CONFIG_UNIT_MISSING",
  "config/config.yaml:8:10 VARIABLE_UNSET",
  "config/database.yaml:9:5 YAML_KEY_DUPLICATE",
  "config/domains/customers/customers.yaml:6:15 STEP_UNUSED",
  "config/domains/customers/customers.yaml:15:17 STEP_CYCLE",
  "config/domains/orders.yaml:8:20 OPERATION_UNKNOWN",
  "config/domains/orders.yaml:15:17 EXPRESSION_NAME_UNKNOWN",
  "config/domains/orders.yaml:16:18 EXPRESSION_FUNCTION_UNKNOWN",
  "config/domains/orders.yaml:18:11 ROUTE_DUPLICATE",
  "config/integrations/api_sources.yaml:4:17 CONFIG_SECRET_LITERAL",
  "config/integrations/api_sources.yaml:8:9 CONFIG_KEY_MISSING",
];

test("twelve mistakes in five files give twelve problems in one run, each at its place", () => {
  expect(check(files).lines).toEqual(expected);
});

test("two runs report the same problems in the same order, whatever the order of the files", () => {
  const reversed = Object.fromEntries(Object.entries(files).reverse());
  expect(check(reversed).problems).toEqual(check(files).problems);
});

test("a project with an error has no configuration and no plans", () => {
  const { loaded } = check(files);
  expect(loaded.config).toBeUndefined();
  expect(loaded.plans).toBeUndefined();
});

test("no message repeats a secret that stands in a file", () => {
  expect(JSON.stringify(check(files).problems)).not.toContain("opensesame");
});
