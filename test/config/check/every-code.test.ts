import { expect, test } from "vitest";
import { configurationProblems } from "../../../src/problems/catalogue/configuration.js";
import { domainProblems } from "../../../src/problems/catalogue/domain.js";
import { defineSource } from "../../../src/contracts/define-source.js";
import { object, required } from "../../../src/schema/composites.js";
import { secretText } from "../../../src/schema/scalars.js";
import type { SourceType } from "../../../src/contracts/source.js";
import { authConfigurationProblems } from "../../../src/problems/catalogue/auth.js";
import { callerCases } from "./caller-cases.js";
import { check, placeOf, unindented } from "./checking.js";

/** A kind of source whose settings have a key that is secret. */
const vault = defineSource({
  kind: "vault",
  settings: object({ token: required(secretText("token"), "Opens it.") }),
  operation: object({}),
  prepare: () => ({ effect: "read", parameters: [] }),
  open: async () => ({ run: async () => ({ value: null }) }),
}) as unknown as SourceType;

/** What is written, with ▶ before the place of the one problem, and what is said of it. */
interface Case {
  readonly code: string;
  readonly when: string;
  readonly file?: string;
  readonly text: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Two operations of one SQLite file, for the steps of the cases. */
const database = `
  database:
    sources: { default: { connection_string: "sqlite:///data/it.db" } }
    operations:
      find: { query: "SELECT id FROM things WHERE id = :id", returns: one }
      all: { query: SELECT id FROM things }
      add: { query: "INSERT INTO things (id) VALUES (:id)" }
`;
const withDatabase = { "config/database.yaml": database };
const withTwoDatabases = {
  "config/database.yaml": database.replace(
    "sources: {",
    'sources: { other: { connection_string: "sqlite:///data/other.db" },',
  ),
};

/** A domain of one endpoint, given by its keys. */
function endpoint(keys: string): string {
  return `endpoints:\n  it:\n${unindented(keys).replace(/^(?=.)/gm, "    ")}`;
}

const configuration: readonly Case[] = [
  {
    code: "CONFIG_KEY_UNKNOWN",
    when: "a key is misspelt",
    file: "config/config.yaml",
    text: `
      server:
        ▶prot: 8000
    `,
    message: 'There is no key "prot" here.',
    hint: 'Did you mean "port"?',
  },
  {
    code: "CONFIG_KEY_UNKNOWN",
    when: "a key is like no other",
    file: "config/config.yaml",
    text: `
      execution: { ▶colour: red }
    `,
    message: 'There is no key "colour" here.',
    hint: "Known: timeout.",
  },
  {
    code: "CONFIG_KEY_MISSING",
    when: "a key that must be there is not: at the first line of its mapping",
    file: "config/database.yaml",
    text: `
      database:
        sources:
          default:
            ▶pool_size: 2
    `,
    message: 'The key "connection_string" is missing.',
    hint: "Add `connection_string: …` at this level.",
  },
  {
    code: "CONFIG_KEY_EMPTY",
    when: "a key has no value",
    file: "config/config.yaml",
    text: `
      app:
        ▶name:
    `,
    message: 'The key "name" has no value.',
    hint: "Give it one, or remove the key.",
  },
  {
    code: "CONFIG_KEY_NOT_BUILT",
    when: "a documented key has no effect yet",
    file: "config/config.yaml",
    text: `
      execution: { ▶history: { keep: 1 } }
    `,
    message: 'The key "history" is documented, but this version does not act on it yet.',
    hint: "Remove it, or wait for a version whose changelog names it.",
  },
  {
    code: "CONFIG_KEYS_EXCLUSIVE",
    when: "a failure has two fallbacks",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - name: things
          type: database
          operation: all
          on_error: { ▶value: null, step: spare }
        - { name: spare, type: database, operation: all }
    `),
    message: 'Only one of "value", "step" can be given.',
    hint: "Keep one of them.",
  },
  {
    code: "CONFIG_TYPE_WRONG",
    when: "a number stands where a text is wanted",
    file: "config/config.yaml",
    text: `
      app: { version: ▶1.4 }
    `,
    message: "Text is expected here, but this is the number 1.4.",
    hint: 'Write `"1.4"`.',
  },
  {
    code: "CONFIG_TYPE_WRONG",
    when: "a single value stands where a list is wanted",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, operation: all }
        - { name: b, type: database, operation: all, depends_on: ▶a }
      response_mapping: $b
    `),
    message: 'A list is expected here, but this is the text "a".',
    hint: undefined,
  },
  {
    code: "CONFIG_VALUE_UNKNOWN",
    when: "a word is none of those allowed",
    file: "config/config.yaml",
    text: `
      logging: { format: ▶jsn }
    `,
    message: '"jsn" is none of the allowed values.',
    hint: 'Did you mean "json"?',
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "a path of the service's own is none",
    file: "config/config.yaml",
    text: `
      api: { docs_url: ▶docs }
    `,
    message: '"docs" is not a path such as `/docs`.',
    hint: undefined,
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "a text holds both a variable and an expression",
    environment: { SHOP: "Shop" },
    text: endpoint(`
      response_mapping: { title: ▶"\${SHOP}, {{ $system.version }}" }
    `),
    message: "A text cannot hold both ${…} and {{ … }}: variables never enter expressions.",
    hint: "Write `{{ $env.SHOP }}` for the variable.",
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "a variable is to be read as an expression",
    environment: { SWITCH: "$system.version == null" },
    text: endpoint(`
      reject: [{ when: ▶"\${SWITCH}" }]
      response_mapping: 1
    `),
    message: "The value of a variable is never read as an expression.",
    hint: "Write `$env.SWITCH` where its value is meant.",
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "`$env` stands alone",
    text: endpoint(`
      response_mapping: ▶$env
    `),
    message: "`$env` needs the name of a variable: `$env.NAME`.",
    hint: undefined,
  },
  {
    code: "CONFIG_NUMBER_RANGE",
    when: "a number is too large",
    file: "config/config.yaml",
    text: `
      server: { port: ▶70000 }
    `,
    message: "70000 is out of range: 0 to 65535 is allowed.",
    hint: undefined,
  },
  {
    code: "CONFIG_NUMBER_RANGE",
    when: "a status is none that a reply can have",
    text: endpoint(`
      response_status: ▶99
      response_mapping: 1
    `),
    message: "99 is out of range: 200 to 599 is allowed.",
    hint: undefined,
  },
  {
    code: "CONFIG_NUMBER_RANGE",
    when: "an expression gives such a status to every reply",
    text: endpoint(`
      response_status: ▶"{{ 500 + 100 }}"
      response_mapping: 1
    `),
    message: "600 is out of range: 200 to 599 is allowed.",
    hint: undefined,
  },
  {
    code: "CONFIG_TYPE_WRONG",
    when: "a status is no number",
    text: endpoint(`
      response_status: ▶"{{ 'created' }}"
      response_mapping: 1
    `),
    message: `A status from 200 to 599 is expected here, but this is the text "{{ 'created' }}".`,
    hint: undefined,
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "a reply has a header that belongs to its connection",
    text: endpoint(`
      response_headers: { ▶Transfer-Encoding: chunked }
      response_mapping: 1
    `),
    message: 'The header "Transfer-Encoding" belongs to the connection; the server writes it itself.',
    hint: "Remove it.",
  },
  {
    code: "CONFIG_VERSION_UNKNOWN",
    when: "the configuration is written for a newer language",
    file: "config/config.yaml",
    text: `
      config_version: ▶2
    `,
    message: "The configuration language has no version 2 here: the newest is 1.",
    hint: "Update orchestrator-api-service, or write `config_version: 1`.",
  },
  {
    code: "SPELLING_RETIRED",
    when: "a connection string names a driver",
    file: "config/database.yaml",
    text: `
      database:
        sources:
          default: { connection_string: "▶sqlite+aiosqlite:///data/a.db" }
    `,
    message: '"sqlite+aiosqlite" is an old spelling.',
    hint: "Write `sqlite`; `orchestrator-api config upgrade` does it.",
  },
  {
    code: "CONFIG_UNIT_MISSING",
    when: "a duration is a bare number",
    file: "config/config.yaml",
    text: `
      execution: { timeout: ▶30 }
    `,
    message: "The number 30 needs a unit.",
    hint: "Write `30ms` or `30s`.",
  },
  {
    code: "CONFIG_UNIT_MISSING",
    when: "a size is a bare number",
    file: "config/config.yaml",
    text: `
      server: { body_limit: ▶2 }
    `,
    message: "The number 2 needs a unit.",
    hint: "Write `2kb` or `2mb`.",
  },
  {
    code: "CONFIG_NAME_INVALID",
    when: "the name of an endpoint has a slash",
    text: `
      endpoints:
        ▶orders/list: { response_mapping: 1 }
    `,
    message: '"orders/list" cannot be a name here.',
    hint: "Names match ^[A-Za-z][A-Za-z0-9_-]*$.",
  },
  {
    code: "CONFIG_SECRET_LITERAL",
    when: "a secret stands in the file",
    file: "config/integrations/vault_sources.yaml",
    text: `
      vault: { sources: { default: { token: ▶s3cr3t-t0ken } } }
    `,
    message: 'The value of "token" is a secret and must not stand in a file.',
    hint: "Write `${TOKEN}` and set TOKEN in the environment or in .env.",
  },
  {
    code: "CONFIG_SECRET_EXPOSED",
    when: "a secret variable would be part of the response",
    environment: { DB_PASSWORD: "hunter2" },
    text: endpoint(`
      response_mapping: { password: ▶$env.DB_PASSWORD }
    `),
    message: 'The secret "DB_PASSWORD" would be seen in the response.',
    hint: "Use a value that is not secret.",
  },
  {
    code: "CONFIG_SCHEMA_INVALID",
    when: "a JSON Schema has a type that does not exist",
    text: endpoint(`
      request: { query_params: { n: { type: ▶int } } }
      response_mapping: $request.n
    `),
    message:
      "This is not a valid JSON Schema: the value must be one of array, boolean, integer, null, number, object, string.",
    hint: undefined,
  },
];

const names: readonly Case[] = [
  {
    code: "DOMAIN_DUPLICATE",
    when: "two files give one domain id",
    file: "config/domains/second.yaml",
    text: `
      domain_id: ▶first
      endpoints: { it: { response_mapping: 2 } }
    `,
    more: { "config/domains/first.yaml": "endpoints: { it: { response_mapping: 1 } }" },
    message: 'The domain id "first" is taken by "config/domains/first.yaml".',
    hint: "Give one of them another `domain_id`.",
  },
  {
    code: "ROUTE_PATH_INVALID",
    when: "a parameter is only part of a segment",
    text: endpoint(`
      path: ▶/things/{id}.json
      response_mapping: 1
    `),
    message: "This path cannot be served: `{id}.json` is not a whole parameter.",
    hint: "Write it as `/customers/{customer_id}/profile`; `{rest*}` may stand at its end.",
  },
  {
    code: "ROUTE_DUPLICATE",
    when: "two routes differ in the names of their parameters alone: at the second one's path",
    text: `
      endpoints:
        one: { path: "/things/{id}", response_mapping: 1 }
        two: { path: ▶"/things/{name}", response_mapping: 2 }
    `,
    message: 'GET /orchestrator/things/{name} has the same shape as the route of "test.one".',
    hint: "Give one of them another `path` or `method`.",
  },
  {
    code: "ROUTE_RESERVED",
    when: "a route is one of the service's own",
    text: endpoint(`
      path: ▶/domains
      response_mapping: 1
    `),
    message: "/orchestrator/domains is a route of the service itself.",
    hint: "Give the endpoint another `path`.",
  },
  {
    code: "ROUTE_PARAMETER_UNUSED",
    when: "a declared path parameter is not in the path",
    text: endpoint(`
      path: /things
      request: { path_params: { ▶id: { type: integer } } }
      response_mapping: $request.id
    `),
    message: 'The path "/things" has no parameter "id".',
    hint: "Add `{id}` to the path, or declare it elsewhere.",
  },
  {
    code: "REQUEST_FIELD_UNDECLARED",
    when: "an expression reads what is declared nowhere",
    text: endpoint(`
      request: { query_params: { limit: { type: integer } } }
      response_mapping: $request.▶limt
    `),
    message: 'The request has no declared "limt".',
    hint: 'Did you mean "limit"?',
  },
  {
    code: "REQUEST_FIELD_UNDECLARED",
    when: "a header is read in capitals: names of headers are lower case",
    text: endpoint(`
      request: { headers: { X-Tenant: { type: string } } }
      response_mapping: $request.headers[▶'X-Tenant']
    `),
    message: 'The request has no declared "X-Tenant".',
    hint: 'Did you mean "x-tenant"?',
  },
  {
    code: "REQUEST_FIELD_AMBIGUOUS",
    when: "a short name is declared twice",
    text: endpoint(`
      path: /things/{id}
      request: { query_params: { id: { type: integer } } }
      response_mapping: $request.▶id
    `),
    message: '"id" is declared in path_params and in query_params.',
    hint: "Write `$request.path_params.id`.",
  },
  {
    code: "AUTH_ABSENT",
    when: "an endpoint reads who calls without asking",
    text: endpoint(`
      response_mapping: ▶$auth.subject
    `),
    message: "This endpoint does not ask who calls, so there is no `$auth`.",
    hint: "Add `auth: api_key` or `auth: jwt`, or set `auth.default` in config.yaml.",
  },
  {
    code: "SOURCE_KIND_UNKNOWN",
    when: "a type is no kind of source",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: a, type: ▶databse, operation: all }]
    `),
    message: 'There is no kind of source named "databse".',
    hint: 'Did you mean "database"?',
  },
  {
    code: "SOURCE_UNKNOWN",
    when: "a source is not configured",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: a, type: database, source_id: ▶defalt, operation: all }]
    `),
    message: 'There is no database source named "defalt".',
    hint: 'Did you mean "default"?',
  },
  {
    code: "SOURCE_UNCLEAR",
    when: "two sources could be meant",
    more: {
      "config/integrations/api_sources.yaml": `
        api:
          sources:
            one: { base_url: "https://one.example", operations: { get: {} } }
            two: { base_url: "https://two.example", operations: { get: {} } }
      `,
    },
    text: endpoint(`
      data_sources: [{ name: a, type: api, operation: ▶get }]
    `),
    message: 'Which api source is meant is not said: none is named "default".',
    hint: "Add `source_id`: one, two.",
  },
  {
    code: "SOURCE_UNCLEAR",
    when: "there is no source of the kind at all",
    text: endpoint(`
      data_sources: [{ name: a, type: api, operation: ▶get }]
    `),
    message: "No api source is configured.",
    hint: "Add one under `sources` of integrations/api_sources.yaml.",
  },
  {
    code: "OPERATION_UNKNOWN",
    when: "an operation is not configured",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: a, type: database, operation: ▶al }]
    `),
    message: 'There is no operation "al" for database sources.',
    hint: 'Did you mean "all"?',
  },
  {
    code: "OPERATION_SOURCE_DIFFERS",
    when: "a step and its operation name different sources",
    more: {
      "config/database.yaml": `
        database:
          sources:
            one: { connection_string: "sqlite:///one.db" }
            two: { connection_string: "sqlite:///two.db" }
          operations: { get: { source_id: one, query: SELECT 1 } }
      `,
    },
    text: endpoint(`
      data_sources: [{ name: a, type: database, source_id: ▶two, operation: get }]
    `),
    message: 'The operation "get" belongs to "one", not to "two".',
    hint: "Remove `source_id` from the step.",
  },
];

const steps: readonly Case[] = [
  {
    code: "STEP_DUPLICATE",
    when: "two steps have one name: at the second",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, operation: all }
        - { name: ▶a, type: database, operation: all }
    `),
    message: 'A step named "a" stands above already.',
    hint: "Give one of them another name.",
  },
  {
    code: "STEP_NAME_RESERVED",
    when: "a step has the name of a root",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: ▶request, type: database, operation: all }]
    `),
    message: '"$request" has a meaning of its own, so no step can have that name.',
    hint: "Write, say, `request_step`.",
  },
  {
    code: "STEP_UNKNOWN",
    when: "`depends_on` names a step that is not there",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: customer, type: database, operation: all }
        - { name: b, type: database, operation: all, depends_on: [▶custmer] }
    `),
    message: 'There is no step named "custmer".',
    hint: 'Did you mean "customer"?',
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "a computed step has a key of a call",
    text: endpoint(`
      data_sources: [{ name: a, type: value, value: 1, ▶timeout: 1s }]
    `),
    message: '"timeout" has no meaning here: a step of type `value` calls nothing.',
    hint: "Remove it.",
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "`max_items` stands without a list",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: a, type: database, operation: all, ▶max_items: 5 }]
    `),
    message: '"max_items" has no meaning here: the step has no `for_each`.',
    hint: "Remove it.",
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "a step with arms names an operation of its own",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - name: a
          type: database
          ▶operation: all
          traffic: { arms: [{ operation: all, weight: 1 }] }
    `),
    message: '"operation" has no meaning here: the arms of `traffic` name the operations.',
    hint: "Remove it.",
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "no arm has a weight",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, traffic: { ▶arms: [{ operation: all, weight: 0 }] } }
    `),
    message: "No arm has a weight above 0, so nothing could be called.",
    hint: undefined,
  },
  {
    code: "CONFIG_NUMBER_RANGE",
    when: "a shadow gets more than all calls",
    more: { "config/database.yaml": database + "      other: { query: SELECT id FROM things }\n" },
    text: endpoint(`
      data_sources:
        - name: a
          type: database
          operation: all
          traffic: { shadow: [{ operation: other, percent: ▶120 }] }
    `),
    message: "120 is out of range: 0 to 100 is allowed.",
    hint: undefined,
  },
  {
    code: "EXPRESSION_NAME_UNKNOWN",
    when: "the arm would depend on a step",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: b, type: database, operation: all, run: always }
        - name: a
          type: database
          traffic: { sticky_by: ▶$b.id, arms: [{ operation: all, weight: 1 }] }
    `),
    message: 'There is no "$b" here.',
    hint: "Known: $request, $auth, $const, $system, $env.",
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "what is no model is to answer with others",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, operation: all, ▶ensemble: { members: [{ operation: all }] } }
    `),
    message: '"ensemble" has no meaning here: only a step that asks models has it.',
    hint: "Remove it.",
  },
  {
    code: "CONFIG_KEY_MISSING",
    when: "roles may name the arm, and it is not said in which header",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, traffic: { roles: ▶[x], arms: [{ operation: all, weight: 1 }] } }
    `),
    message: 'The key "header" is missing.',
    hint: "Add `header: …` at this level.",
  },
  {
    code: "ACCESS_WITHOUT_AUTH",
    when: "a header may name the arm, and nobody is asked who calls",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - name: a
          type: database
          traffic: { header: ▶X-Model, roles: [x], arms: [{ operation: all, weight: 1 }] }
    `),
    message: "`header` needs `auth`: without it nobody is asked who calls.",
    hint: "Add `auth: api_key` or `auth: jwt` here, or set `auth.default` in config.yaml.",
  },
  {
    code: "TRAFFIC_CALLS_DIFFER",
    when: "an arm takes other parameters",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - name: a
          type: database
          traffic: { arms: [{ operation: all, weight: 1 }, { operation: ▶find, weight: 1 }] }
    `),
    message: '"find" cannot stand for "all": it has a parameter "id".',
    hint: "Operations of one `traffic` have the same parameters and the same form of value.",
  },
  {
    code: "TRAFFIC_CALL_REPEATED",
    when: "an arm stands there twice",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - name: a
          type: database
          traffic: { arms: [{ operation: all, weight: 1 }, { operation: ▶all, weight: 1 }] }
    `),
    message: '"all" of this source stands in this `traffic` already.',
    hint: "Say its weight once.",
  },
  {
    code: "TRAFFIC_SHADOW_WRITES",
    when: "a write is copied",
    more: {
      "config/database.yaml": database + '      add2: { query: "INSERT INTO things (id) VALUES (:id)" }\n',
    },
    text: endpoint(`
      data_sources:
        - name: a
          type: database
          operation: add
          params: { id: 1 }
          traffic: { shadow: [{ operation: ▶add2 }] }
    `),
    message: "This step writes, and a shadow would write a second time.",
    hint: "Remove `shadow`; only reads can be copied.",
  },
  {
    code: "STEP_PARAMETER_UNKNOWN",
    when: "an operation has no such parameter",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: a, type: database, operation: all, params: { ▶id: 7 } }]
    `),
    message: 'The operation "all" has no parameter "id".',
    hint: "It takes none.",
  },
  {
    code: "STEP_PARAMETER_MISSING",
    when: "a required parameter is not passed: at the operation",
    more: withDatabase,
    text: endpoint(`
      data_sources: [{ name: a, type: database, operation: ▶find }]
    `),
    message: 'The operation "find" needs the parameter "id".',
    hint: "Add `id: …` under `params`.",
  },
  {
    code: "STEP_UNUSED",
    when: "nothing leads to a step, nor to the one that only it uses",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, operation: all }
        - { name: ids, type: database, operation: all }
        - { name: ▶gate, type: database, operation: find, params: { id: $ids } }
      response_mapping: $a
    `),
    message: 'Nothing uses the step "gate".',
    hint: "Use its value, name it in `depends_on`, say `run: always`, or remove it.",
  },
  {
    code: "STEP_CYCLE",
    when: "steps wait for each other: at the first of them, with the way",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: ▶a, type: database, operation: find, params: { id: $b } }
        - { name: b, type: database, operation: find, params: { id: $c } }
        - { name: c, type: database, operation: find, params: { id: $a } }
    `),
    message: 'These steps wait for each other: "a" → "b" → "c" → "a".',
    hint: "Break the circle at one of them.",
  },
  {
    code: "STEP_READS_LATER_WRITE",
    when: "a read uses a write that stands below it, through another step",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: first, type: database, operation: find, params: { id: $middle } }
        - { name: ▶middle, type: value, value: $added }
        - { name: added, type: database, operation: add, params: { id: 7 } }
      response_mapping: $first
    `),
    message: 'A read uses a write that stands below it: "middle" → "added".',
    hint: "Writes keep their place: list the write above what uses it.",
  },
  {
    code: "STEP_FALLBACK_UNACCEPTED",
    when: "a write may get a fallback's value, through another step",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: guess, type: database, operation: all, on_error: { value: 0 } }
        - { name: id, type: value, value: $guess + 1 }
        - { name: ▶added, type: database, operation: add, params: { id: $id } }
    `),
    message: '"added" writes, and may get a fallback value from "guess".',
    hint: 'If that is meant, add `accepts_fallback: [guess]` to "added".',
  },
  {
    code: "STEP_FALLBACK_INVALID",
    when: "a write is to stand in for another step",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: ▶found, type: database, operation: all, on_error: { step: added } }
        - { name: added, type: database, operation: add, params: { id: 7 } }
    `),
    message:
      'This fallback is not possible: "added" writes, and a write must not depend on another step\'s failure.',
    hint: undefined,
  },
  {
    code: "STEP_FALLBACK_INVALID",
    when: "a step is to stand in for the items of a list",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: each, type: database, operation: find, for_each: "{{ [1, 2] }}", params: { id: $item }, max_concurrency: 2, on_error: { step: ▶spare } }
        - { name: spare, type: database, operation: all }
    `),
    message: "This fallback is not possible: with `for_each`, each item needs a `value` of its own.",
    hint: undefined,
  },
  {
    code: "STEP_RUNS_LATER",
    when: "the response uses a step that runs after the reply",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: ▶added, type: database, operation: add, params: { id: 7 }, after: response }
      response_mapping: $added
    `),
    message: 'The response uses "added", which runs only after the reply.',
    hint: 'Remove `after: response` from "added", or do without its value.',
  },
  {
    code: "STEP_RUNS_LATER",
    when: "a guard uses a step that runs after the commit",
    more: withDatabase,
    text: endpoint(`
      transaction: { source: default }
      data_sources:
        - { name: first, type: database, operation: add, params: { id: 6 } }
        - { name: added, type: database, operation: add, params: { id: 7 }, after: commit }
      reject: [{ when: ▶$added == null }]
      response_mapping: 1
    `),
    message: 'A guard uses "added", which runs only after the commit.',
    hint: 'Remove `after: commit` from "added", or do without its value.',
  },
  {
    code: "STEP_RUNS_LATER",
    when: "a step uses one that runs later than itself",
    more: withDatabase,
    text: endpoint(`
      transaction: { source: default }
      data_sources:
        - { name: first, type: database, operation: add, params: { id: 6 } }
        - { name: added, type: database, operation: add, params: { id: 7 }, after: response }
        - { name: ▶told, type: database, operation: add, params: { id: $added.affected_rows }, after: commit }
      response_mapping: 1
    `),
    message: '"told" uses "added", which runs only after the reply.',
    hint: 'Remove `after: response` from "added", or do without its value.',
  },
  {
    code: "STEP_FALLBACK_INVALID",
    when: "a step after the reply is to stand in for one before it",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: ▶found, type: database, operation: all, on_error: { step: spare } }
        - { name: spare, type: database, operation: all, after: response }
    `),
    message:
      'This fallback is not possible: "spare" and "found" do not run in the same phase: both need the same `after`.',
    hint: undefined,
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "a step waits for a commit that never comes",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: added, type: database, operation: add, params: { id: 7 }, ▶after: commit }
      response_mapping: 1
    `),
    message: '"after" has no meaning here: the endpoint has no `transaction`.',
    hint: "Remove it.",
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "a call of a transaction is to be repeated by itself",
    more: withDatabase,
    text: endpoint(`
      transaction: { source: default }
      data_sources:
        - { name: added, type: database, operation: add, params: { id: 7 }, ▶retry: { attempts: 2 } }
    `),
    message: '"retry" has no meaning here: in a transaction no call is kept, joined or repeated.',
    hint: "Remove it.",
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "a step is said to be in the transaction that it is in anyway",
    more: withDatabase,
    text: endpoint(`
      transaction: { source: default }
      data_sources:
        - { name: added, type: database, operation: add, params: { id: 7 }, ▶in_transaction: true }
    `),
    message: '"in_transaction" has no meaning here: all steps that ask its source are in the transaction.',
    hint: "Remove it.",
  },
  {
    code: "STEP_KEY_MISPLACED",
    when: "the calls of a step in a transaction are to be shared among operations",
    more: withDatabase,
    text: endpoint(`
      transaction: { source: default }
      data_sources:
        - name: found
          type: database
          ▶traffic: { arms: [{ operation: all, weight: 1 }] }
    `),
    message: '"traffic" has no meaning here: in a transaction all calls of a step go to one operation.',
    hint: "Remove it.",
  },
  {
    code: "TRANSACTION_WRITE_ELSEWHERE",
    when: "a write to another database stands in the middle of a transaction",
    more: withTwoDatabases,
    text: endpoint(`
      transaction: { source: default }
      data_sources:
        - { name: added, type: database, operation: add, params: { id: 7 } }
        - { name: ▶other, type: database, source_id: other, operation: add, params: { id: 7 } }
      response_mapping: 1
    `),
    message: '"other" does not write to "default", so it stays when the transaction is rolled back.',
    hint: "Say `after: commit` or `after: response`, or, if it may stay, `in_transaction: true`.",
  },
  {
    code: "CONFIG_VALUE_INVALID",
    when: "a transaction with a write elsewhere is to be repeated",
    more: withTwoDatabases,
    text: endpoint(`
      transaction: { source: default, retry: { ▶attempts: 3 } }
      data_sources:
        - { name: added, type: database, operation: add, params: { id: 7 } }
        - { name: other, type: database, source_id: other, operation: add, params: { id: 7 }, in_transaction: true }
      response_mapping: 1
    `),
    message: 'The transaction cannot be repeated: "other" in it writes to another source.',
    hint: undefined,
  },
  {
    code: "TRANSACTION_UNSUPPORTED",
    when: "an API is to have one",
    more: {
      "config/integrations/api_sources.yaml":
        "api: { sources: { lake: { base_url: 'https://lake.example', operations: { all: { path: /all } } } } }",
    },
    text: endpoint(`
      transaction: { source: ▶lake }
      data_sources: [{ name: all, type: api, operation: all }]
    `),
    message: 'The source "lake" has no transactions.',
    hint: "Name a database that can be written to.",
  },
  {
    code: "ENDPOINT_KEY_MISPLACED",
    when: "an endpoint that only reads is to keep idempotency keys",
    more: withDatabase,
    text: endpoint(`
      ▶idempotency: { for: 1d }
      data_sources: [{ name: all, type: database, operation: all }]
    `),
    message: '"idempotency" has no meaning here: the endpoint only reads.',
    hint: undefined,
  },
  {
    code: "ENDPOINT_KEY_MISPLACED",
    when: "no step is in a transaction",
    more: withTwoDatabases,
    text: endpoint(`
      ▶transaction: { source: other }
      data_sources: [{ name: all, type: database, source_id: default, operation: all }]
    `),
    message: '"transaction" has no meaning here: no step asks the source "other" before the commit.',
    hint: undefined,
  },
];

const endpoints: readonly Case[] = [
  {
    code: "CONSTANT_UNKNOWN",
    when: "a constant is not defined",
    more: { "config/config.yaml": "constants: { limit: 3 }" },
    text: endpoint(`
      response_mapping: $const.▶limt
    `),
    message: 'There is no constant "limt".',
    hint: 'Did you mean "limit"?',
  },
  {
    code: "ENDPOINT_KEY_MISPLACED",
    when: "an internal endpoint has a path",
    text: endpoint(`
      internal: true
      ▶path: /things
      response_mapping: 1
    `),
    message: '"path" has no meaning here: an internal endpoint has no route.',
    hint: undefined,
  },
  {
    code: "ENDPOINT_EMPTY",
    when: "an endpoint has nothing to answer",
    text: endpoint(`
      ▶description: Later
    `),
    message: 'The endpoint "it" has nothing to answer.',
    hint: "Give it `data_sources`, or a `response_mapping`.",
  },
  {
    code: "ENDPOINT_EMPTY",
    when: "its list of steps is empty",
    text: endpoint(`
      ▶data_sources: []
    `),
    message: 'The endpoint "it" has nothing to answer.',
    hint: "Give it `data_sources`, or a `response_mapping`.",
  },
  {
    code: "ENDPOINT_TYPE_CONTRADICTS",
    when: "`endpoint_type` says something else than the steps",
    more: withDatabase,
    text: endpoint(`
      endpoint_type: ▶api
      data_sources: [{ name: a, type: database, operation: all }]
    `),
    message: 'The endpoint is said to be "api", but no step is of kind "api".',
    hint: "The word changes nothing.",
  },
  {
    code: "CALLS_PER_ITEM",
    when: "a step reads one row for each item",
    more: withDatabase,
    text: endpoint(`
      data_sources:
        - { name: a, type: database, operation: all }
        - { name: b, type: database, operation: find, for_each: ▶$a, params: { id: $item.id } }
      response_mapping: $b
    `),
    message: 'Each item is a call of "find" of its own.',
    hint: 'Give "find" a batch form, with which all of them are one query: `batch: { query: "SELECT id FROM things WHERE id IN (:ids)", params: { ids: id }, key: id }`. Or write `max_concurrency` on the step, if single calls are meant.',
  },
  {
    code: "ENDPOINT_NOT_KEEPABLE",
    when: "an endpoint that writes has `cache`",
    more: withDatabase,
    text: endpoint(`
      ▶cache: { ttl: 10s }
      request: { body: { type: integer } }
      data_sources: [{ name: a, type: database, operation: add, params: { id: $request.body } }]
    `),
    message: "Replies of this endpoint cannot be kept: it writes.",
    hint: "Leave `cache` out here; single steps may have it.",
  },
  {
    code: "ENDPOINT_NOT_KEEPABLE",
    when: "an endpoint with a transaction has `cache`",
    more: withDatabase,
    text: endpoint(`
      ▶cache: { ttl: 10s }
      transaction: { source: default }
      data_sources: [{ name: a, type: database, operation: all }]
    `),
    message: "Replies of this endpoint cannot be kept: it runs in a transaction.",
    hint: "Leave `cache` out here; single steps may have it.",
  },
  {
    code: "ENDPOINT_NOT_KEEPABLE",
    when: "a reply that is to be kept shows what only one request has",
    text: endpoint(`
      cache: { ttl: 10s }
      response_mapping: { id: ▶$system.execution_id }
    `),
    message:
      "Replies of this endpoint cannot be kept: it reads `$system.execution_id`, which every request has for itself.",
    hint: "Leave `cache` out here; single steps may have it.",
  },
  {
    code: "CACHE_KEY_INCOMPLETE",
    when: "a key leaves out what the reply depends on",
    text: endpoint(`
      cache: { ttl: 10s, key: ▶$request.a, key_ignores: ["$request.headers['x-trace']"] }
      request: { query_params: { a: {}, b: {} }, headers: { x-trace: {} } }
      response_mapping: { a: $request.a, b: $request.b, trace: "{{ $request.headers['x-trace'] }}" }
    `),
    message: "The reply also depends on $request.query_params.b, which the key leaves out.",
    hint: "Add it to `key`, or, where callers who differ in it may share replies, to `key_ignores`.",
  },
  {
    code: "CACHE_PATH_UNUSED",
    when: "a path that is ignored is not one on which the reply depends",
    text: endpoint(`
      cache: { ttl: 10s, key_ignores: [▶$request.query_params.aa] }
      request: { query_params: { a: {} } }
      response_mapping: $request.a
    `),
    message: "The reply does not depend on $request.query_params.aa.",
    hint: 'Did you mean "$request.query_params.a"?',
  },
  {
    code: "NAME_SHADOWED",
    when: "a domain has an operation of a global one's name",
    file: "config/domains/test/database.yaml",
    text: `
      database:
        operations:
          ▶all:
            query: SELECT name FROM things
    `,
    more: { ...withDatabase, "config/domains/test/test.yaml": "" },
    message: 'This operation hides the global "all" in this domain.',
    hint: undefined,
  },
];

const cases: readonly Case[] = [...configuration, ...names, ...steps, ...endpoints, ...callerCases];

test.each(cases.map((each) => [each.code, each.when, each] as const))("%s: %s", (_code, _when, each) => {
  const { code, file = "config/domains/test.yaml", text, more = {}, environment, message, hint } = each;
  const marked = unindented(text);
  const place = placeOf(marked, "▶");
  const others = Object.fromEntries(Object.entries(more).map(([path, yaml]) => [path, unindented(yaml)]));
  const files = { ...others, [file]: marked.replace("▶", "") };
  const { problems, lines } = check(files, environment, { sources: [vault] });
  expect(lines).toEqual([`${file}:${place} ${code}`]);
  expect(problems[0]).toMatchObject({ message });
  expect(problems[0]!.hint).toBe(hint);
});

test("every code of a configuration and its names has a case", () => {
  const shown = new Set(cases.map(({ code }) => code));
  const catalogues = [configurationProblems, domainProblems, authConfigurationProblems];
  const codes = catalogues.flatMap((each) => Object.keys(each));
  expect(codes.filter((code) => !shown.has(code))).toEqual([]);
});
