import { unindented } from "./checking.js";

/** A project without problems: two sources of two kinds, and two domains, one with a folder of its own. */
export const shop = {
  "config/config.yaml": unindented(`
    app:
      name: Shop API
      version: "1.4.0"
    server:
      port: \${PORT:-8000}
      body_limit: 1mb
    logging:
      level: info
    execution:
      timeout: 30s
    constants:
      good_score: 600
  `),
  "config/database.yaml": unindented(`
    database:
      defaults:
        timeout: 5s
      sources:
        default:
          connection_string: sqlite:///data/shop.db
          pool_size: 4
      operations:
        get_customer:
          query: SELECT id, name, tier FROM customers WHERE id = :customer_id
          params:
            customer_id: { type: integer }
          returns: one
        list_orders:
          query: SELECT id, total FROM orders WHERE customer_id = :customer_id LIMIT :limit
          params:
            customer_id: { type: integer }
            limit: { type: integer, default: 10 }
        add_order:
          query: INSERT INTO orders (customer_id, total) VALUES (:customer_id, :total)
  `),
  "config/integrations/api_sources.yaml": unindented(`
    api:
      sources:
        credit_api:
          base_url: https://credit.example/v2
          timeout: 800ms
          retry: { attempts: 3 }
          headers:
            authorization: Bearer \${CREDIT_TOKEN}
          operations:
            get_score:
              path: /customers/{customer_id}/score
              query: { currency: $params.currency }
              empty_on: [404]
              select: $response.body.data
  `),
  "config/domains/orders.yaml": unindented(`
    description: Orders
    endpoints:
      list:
        path: /customers/{customer_id}/orders
        request:
          path_params: { customer_id: { type: integer } }
          query_params: { limit: { type: integer, default: 10 } }
        data_sources:
          - name: orders
            type: database
            operation: list_orders
            params:
              customer_id: $request.customer_id
              limit: $request.limit
        response_mapping: $orders
      add:
        path: /customers/{customer_id}/orders
        request:
          path_params: { customer_id: { type: integer } }
          body:
            type: object
            required: [total]
            properties: { total: { type: number } }
        data_sources:
          - name: order
            type: database
            operation: add_order
            params:
              customer_id: $request.customer_id
              total: $request.body.total
        response_status: "{{ 201 }}"
        response_mapping: null
  `),
  "config/domains/customers/customers.yaml": unindented(`
    domain_id: customers
    endpoints:
      get_profile:
        method: GET
        path: /customers/{customer_id}/profile
        request:
          path_params: { customer_id: { type: integer } }
          query_params: { currency: { type: string, default: EUR } }
        timeout: 2s
        data_sources:
          - name: customer
            type: database
            operation: get_customer
            params:
              customer_id: $request.customer_id
          - name: credit
            type: api
            source_id: credit_api
            operation: get_score
            params:
              customer_id: $customer.id
              currency: $request.currency
            condition: $customer.tier != 'trial'
            on_error: { value: null }
            timeout: 300ms
          - name: visits
            type: database
            operation: list_visits
            for_each: $customer.tags
            max_concurrency: 2
            params:
              tag: $item
          - name: level
            type: value
            value: "$credit.score > $const.good_score ? 'good' : 'new'"
        not_found: $customer == null
        reject:
          - { when: $customer.blocked, status: 403, code: customer_blocked, detail: Ask for help. }
        response_mapping:
          id: $customer.id
          level: $level
          score: "{{ round($credit.score, 1) }}"
          visits: $visits
  `),
  "config/domains/customers/database.yaml": unindented(`
    database:
      sources:
        visits:
          connection_string: sqlite:///data/visits.db
      operations:
        list_visits:
          source_id: visits
          query: SELECT at FROM visits WHERE tag = :tag
  `),
};

export const shopEnvironment = { CREDIT_TOKEN: "the-token-of-the-shop" };

export type ShopFile = keyof typeof shop;

/** The project with one place of one file changed. */
export function changed(file: ShopFile, from: string, to: string): Record<ShopFile, string> {
  const text = shop[file];
  if (text.split(from).length !== 2) throw new Error(`"${from}" stands ${text.split(from).length - 1} times`);
  return { ...shop, [file]: text.replace(from, () => to) };
}
