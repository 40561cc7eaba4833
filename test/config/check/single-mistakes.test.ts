import { expect, test } from "vitest";
import { check, placeOf } from "./checking.js";
import { changed, shop, shopEnvironment, type ShopFile } from "./shop.js";

const config = "config/config.yaml";
const database = "config/database.yaml";
const api = "config/integrations/api_sources.yaml";
const orders = "config/domains/orders.yaml";
const customers = "config/domains/customers/customers.yaml";
const own = "config/domains/customers/database.yaml";

test("the project that the mistakes are made in has no problem", () => {
  expect(check(shop, shopEnvironment).lines).toEqual([]);
});

/** What is changed, to what, the one problem that is reported, and the text at which it is marked. */
type Mistake = readonly [file: ShopFile, from: string, to: string, code: string, marked: string];

const mistakes: readonly Mistake[] = [
  [config, "name: Shop API", "nmae: Shop API", "CONFIG_KEY_UNKNOWN", "nmae"],
  [config, 'version: "1.4.0"', "version: 1.4", "CONFIG_TYPE_WRONG", "1.4"],
  [config, "${PORT:-8000}", "${PORT}", "VARIABLE_UNSET", "${PORT}"],
  [config, "${PORT:-8000}", "high", "CONFIG_TYPE_WRONG", "high"],
  [config, "${PORT:-8000}", "80000", "CONFIG_NUMBER_RANGE", "80000"],
  [config, "body_limit: 1mb", "body_limit: 1", "CONFIG_UNIT_MISSING", "1\n"],
  [config, "level: info", "level: inof", "CONFIG_VALUE_UNKNOWN", "inof"],
  [config, "timeout: 30s", "timeout: 30", "CONFIG_UNIT_MISSING", "30\n"],
  [config, "timeout: 30s", "timeout:", "CONFIG_KEY_EMPTY", "timeout:"],
  [config, "timeout: 30s", "history: {}", "CONFIG_KEY_NOT_BUILT", "history"],
  [config, "constants:", "constnats:", "CONFIG_KEY_UNKNOWN", "constnats"],
  [config, "constants:\n  good_score: 600", "constants: 600", "CONFIG_TYPE_WRONG", "600"],
  [config, "  level: info", "  level: [info", "YAML_SYNTAX", "execution"],

  [database, "database:\n", "databse:\n", "CONFIG_KEY_UNKNOWN", "databse"],
  [database, "sources:", "soruces:", "CONFIG_KEY_UNKNOWN", "soruces"],
  [database, "operations:", "operatons:", "CONFIG_KEY_UNKNOWN", "operatons"],
  [database, "connection_string:", "connection_sting:", "CONFIG_KEY_UNKNOWN", "connection_sting"],
  [database, "sqlite:///data/shop.db", "sqlte:///data/shop.db", "DATABASE_SCHEME_UNKNOWN", "sqlte"],
  [database, "sqlite:///data/shop.db", "${SHOP_DB}", "VARIABLE_UNSET", "${SHOP_DB}"],
  [database, "pool_size: 4", "pool_size: 0", "CONFIG_NUMBER_RANGE", "0\n"],
  [
    database,
    "default:\n      connection_string",
    "1st:\n      connection_string",
    "CONFIG_NAME_INVALID",
    "1st",
  ],
  [database, "returns: one", "returns: row", "CONFIG_VALUE_UNKNOWN", "row"],
  [database, "id = :customer_id\n", "id = :customer\n", "QUERY_PARAMETER_UNUSED", "customer_id: {"],
  [
    database,
    "\n      query: INSERT INTO orders (customer_id, total) VALUES (:customer_id, :total)",
    "",
    "CONFIG_KEY_EMPTY",
    "add_order",
  ],
  [database, "    add_order:\n", "    add_order:\n      source_id: main\n", "SOURCE_UNKNOWN", "main"],
  [
    database,
    "    add_order:\n",
    "    add_order:\n      soruce_id: main\n",
    "CONFIG_KEY_UNKNOWN",
    "soruce_id",
  ],

  [
    api,
    "base_url: https://credit.example/v2",
    "base_url: credit.example",
    "CONFIG_VALUE_INVALID",
    "credit.example",
  ],
  [api, "base_url", "base_ulr", "CONFIG_KEY_UNKNOWN", "base_ulr"],
  [api, "{ attempts: 3 }", "{ atempts: 3 }", "CONFIG_KEY_UNKNOWN", "atempts"],
  [api, "{ attempts: 3 }", "{ when: [connect] }", "CONFIG_KEY_MISSING", "when"],
  [api, "${CREDIT_TOKEN}", "${CREDIT_TOKN}", "VARIABLE_UNSET", "${CREDIT_TOKN}"],
  [api, "operations:", "operation:", "CONFIG_KEY_UNKNOWN", "operation:"],
  [api, "{customer_id}", "{customer_id", "CONFIG_VALUE_INVALID", "/customers/{customer_id/"],
  [api, "$params.currency", "$parms.currency", "EXPRESSION_NAME_UNKNOWN", "$parms"],
  [api, "empty_on: [404]", "empty_on: [4004]", "CONFIG_TYPE_WRONG", "4004"],
  [api, "$response.body.data", "$response.body.data)", "EXPRESSION_SYNTAX", ")"],

  [orders, "endpoints:", "endpoint:", "CONFIG_KEY_UNKNOWN", "endpoint:"],
  [
    orders,
    "path: /customers/{customer_id}/orders\n    request:\n      path_params: { customer_id: { type: integer } }\n      query",
    "path: 7\n    request:\n      path_params: { customer_id: { type: integer } }\n      query",
    "CONFIG_TYPE_WRONG",
    "7",
  ],
  [orders, "query_params:", "query_parms:", "CONFIG_KEY_UNKNOWN", "query_parms"],
  [
    orders,
    "{ limit: { type: integer, default: 10 } }",
    "{ limit: { type: int } }",
    "CONFIG_SCHEMA_INVALID",
    "int }",
  ],
  [orders, "required: [total]", "required: total", "CONFIG_SCHEMA_INVALID", "total\n"],
  [
    orders,
    "{ limit: { type: integer, default: 10 } }",
    "{ limit: { amount: { type: integer } } }",
    "CONFIG_SCHEMA_INVALID",
    "type: integer } } }",
  ],
  [orders, "operation: add_order", "operation: ad_order", "OPERATION_UNKNOWN", "ad_order"],
  [orders, "operation: list_orders", "operatoin: list_orders", "CONFIG_KEY_UNKNOWN", "operatoin"],
  [
    orders,
    "          limit: $request.limit",
    "          limits: $request.limit",
    "STEP_PARAMETER_UNKNOWN",
    "limits",
  ],
  [orders, "          total: $request.body.total\n", "", "STEP_PARAMETER_MISSING", "add_order"],
  [orders, "          total: $", "          totl: $", "STEP_PARAMETER_UNKNOWN", "totl"],
  [orders, "$request.body.total", "$request.body.totl", "EXPRESSION_FIELD_UNKNOWN", "totl"],
  [orders, "$request.limit", "$request.limt", "REQUEST_FIELD_UNDECLARED", "limt"],
  [orders, "$request.limit", "$requst.limit", "EXPRESSION_NAME_UNKNOWN", "$requst"],
  [
    orders,
    "response_mapping: $orders",
    "response_mapping: {{ $orders }}",
    "YAML_QUOTES_NEEDED",
    "{{ $orders",
  ],
  [
    orders,
    "response_mapping: $orders",
    "response_mapping: Orders of $orders",
    "EXPRESSION_IN_TEXT",
    "$orders\n  add",
  ],
  [
    orders,
    "  add:\n",
    "  list:\n",
    "YAML_KEY_DUPLICATE",
    "list:\n    path: /customers/{customer_id}/orders\n    request:\n      path_params: { customer_id: { type: integer } }\n      body",
  ],
  [orders, "  add:\n", "  list/add:\n", "CONFIG_NAME_INVALID", "list/add"],

  [customers, "method: GET", "method: FETCH", "CONFIG_VALUE_UNKNOWN", "FETCH"],
  [customers, "path: /customers", "pth: /customers", "CONFIG_KEY_UNKNOWN", "pth"],
  [customers, "path: /customers", "path: customers", "ROUTE_PATH_INVALID", "customers/{customer_id}"],
  [
    customers,
    "path: /customers/{customer_id}",
    "path: /customers/{custmer_id}",
    "ROUTE_PARAMETER_UNUSED",
    "customer_id: {",
  ],
  [customers, "    request:\n", "    reqest:\n", "CONFIG_KEY_UNKNOWN", "reqest"],
  [customers, "timeout: 2s", "timeout: 2", "CONFIG_UNIT_MISSING", "2\n"],
  [customers, "timeout: 2s", "auth: jwt", "AUTH_NOT_CONFIGURED", "jwt"],
  [customers, "data_sources:", "data_source:", "CONFIG_KEY_UNKNOWN", "data_source:"],
  [customers, "- name: customer", "- nme: customer", "CONFIG_KEY_UNKNOWN", "nme"],
  [customers, "- name: customer\n        type", "- type", "CONFIG_KEY_MISSING", "type: database"],
  [customers, "- name: customer", "- name: 7", "CONFIG_TYPE_WRONG", "7\n"],
  [customers, "- name: level", "- name: visits", "STEP_DUPLICATE", "visits\n        type: value"],
  [customers, "type: api", "type: apis", "SOURCE_KIND_UNKNOWN", "apis"],
  [customers, "type: value", "type: vlaue", "SOURCE_KIND_UNKNOWN", "vlaue"],
  [customers, "source_id: credit_api", "source_id: credit", "SOURCE_UNKNOWN", "credit\n        operation"],
  [customers, "source_id: credit_api", "sorce_id: credit_api", "CONFIG_KEY_UNKNOWN", "sorce_id"],
  [customers, "operation: get_score", "operation: get_scores", "OPERATION_UNKNOWN", "get_scores"],
  [
    customers,
    "params:\n          customer_id: $request",
    "parms:\n          customer_id: $request",
    "CONFIG_KEY_UNKNOWN",
    "parms",
  ],
  [
    customers,
    "params:\n          customer_id: $request.customer_id",
    "params: [$request.customer_id]",
    "CONFIG_TYPE_WRONG",
    "[$request",
  ],
  [customers, "customer_id: $customer.id", "customer_id: $custmer.id", "EXPRESSION_NAME_UNKNOWN", "$custmer"],
  [customers, "condition: $customer.tier", "condition: $customer..tier", "EXPRESSION_SYNTAX", ".tier"],
  [customers, "on_error: { value: null }", "on_error: { step: backup }", "STEP_UNKNOWN", "backup"],
  [customers, "on_error: { value: null }", "on_error: ignore", "CONFIG_VALUE_UNKNOWN", "ignore"],
  [customers, "on_error: { value: null }", "on_error: { valu: null }", "CONFIG_KEY_UNKNOWN", "valu:"],
  [customers, "for_each: $customer.tags", "foreach: $customer.tags", "CONFIG_KEY_UNKNOWN", "foreach"],
  [customers, "for_each: $customer.tags", "for_each: $customer.tags)", "EXPRESSION_SYNTAX", ")\n"],
  [customers, "tag: $item", "tag: $itm", "EXPRESSION_NAME_UNKNOWN", "$itm"],
  [customers, "$const.good_score", "$const.god_score", "CONSTANT_UNKNOWN", "god_score"],
  [customers, "$customer == null", "$customer = null", "EXPRESSION_FORBIDDEN", "$customer = null"],
  [customers, "status: 403", "status: 200", "CONFIG_NUMBER_RANGE", "200"],
  [customers, "when: $customer.blocked", "wen: $customer.blocked", "CONFIG_KEY_UNKNOWN", "wen"],
  [customers, "round($credit", "ruond($credit", "EXPRESSION_FUNCTION_UNKNOWN", "ruond"],
  [customers, "      level: $level\n", "", "STEP_UNUSED", "level\n"],
  [customers, "      id: $customer.id", "      id: $env.DB_PASSWORD", "VARIABLE_UNSET", "$env"],
  [customers, "get_profile:\n", "get_profile:\n    interal: true\n", "CONFIG_KEY_UNKNOWN", "interal"],
  [
    customers,
    "customer_id: $request.customer_id",
    "customer_id: $credit.customer_id",
    "STEP_CYCLE",
    "customer\n        type",
  ],

  [own, "source_id: visits", "source_id: visit", "SOURCE_UNKNOWN", "visit\n"],
  [own, "visits:\n      conn", "visit:\n      conn", "SOURCE_UNKNOWN", "visits\n"],
  [own, "list_visits:\n", "list_visit:\n", "OPERATION_UNKNOWN", "list_visits\n"],
  [own, "query: SELECT", "query: SELEC 'x", "QUERY_SYNTAX", "'x"],
];

test.each(
  mistakes.map((mistake) => [mistake[2].split("\n").at(0)!.trim() || "(removed)", ...mistake] as const),
)("one problem: %s", (_, file, from, to, code, marked) => {
  const files = changed(file, from, to);
  const { lines, problems } = check(files, shopEnvironment);
  expect(lines.map((line) => line.replace(/^.*:\d+:\d+ /, ""))).toEqual([code]);
  const place = problems[0]!.location!;
  const markedIn = Object.keys(shop).find((each) => place.file === each) as ShopFile;
  const text = files[markedIn];
  const start = markedIn === file ? startIn(text, marked, file, from) : 0;
  expect(lines).toEqual([`${markedIn}:${placeOf(text, marked, start)} ${code}`]);
});

/** A mark is looked for from the line of the change on; above it only where it does not stand below. */
function startIn(text: string, marked: string, file: ShopFile, from: string): number {
  const line = Math.max(0, shop[file].lastIndexOf("\n", shop[file].indexOf(from)));
  return text.indexOf(marked, line) < 0 ? 0 : line;
}
