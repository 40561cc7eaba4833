import type { Endpoint } from "../../config/model.js";
import { successStatus } from "../../server/openapi/success-status.js";

/**
 * What a collection expects of an answer, as a script for Postman: status, headers and, where the configuration tells
 * it, the form of the JSON. `isExpectedToSucceed` is false where a value of the request is made up.
 */
export function postmanTests(endpoint: Endpoint, isExpectedToSucceed: boolean): readonly string[] {
  if (!isExpectedToSucceed) return [...failureFree, ...ownHeaders];
  return [...statusTest(endpoint), ...ownHeaders, ...bodyTest(endpoint)];
}

const failureFree = [
  'pm.test("the service does not fail", () => pm.expect(pm.response.code).to.be.below(500));',
];

const ownHeaders = [
  'pm.test("the answer names its execution", () => pm.response.to.have.header("X-Execution-Id"));',
  'pm.test("the answer says whether it is complete", () => {',
  '  pm.expect(pm.response.headers.get("X-Orchestrator-Complete")).to.be.oneOf(["true", "false"]);',
  "});",
];

function statusTest(endpoint: Endpoint): readonly string[] {
  const status = successStatus(endpoint);
  if (status === undefined) {
    return ['pm.test("the status is 2xx", () => pm.expect(pm.response.code).to.be.within(200, 299));'];
  }
  // A write whose body is null answers 204 in place of 200.
  const canBeEmpty = status === 200 && endpoint.steps.some(({ effect }) => effect === "write");
  const statuses = canBeEmpty ? [200, 204] : [status];
  const words = statuses.join(" or ");
  return [
    `pm.test("the status is ${words}", () => pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(statuses)}));`,
  ];
}

function bodyTest(endpoint: Endpoint): readonly string[] {
  if (endpoint.route?.method === "HEAD" || successStatus(endpoint) === 204) return [];
  return [
    "if (pm.response.code !== 204) {",
    '  pm.test("the body is JSON", () => pm.response.to.be.json);',
    ...formTest(endpoint).map((line) => `  ${line}`),
    "}",
  ];
}

function formTest(endpoint: Endpoint): readonly string[] {
  const { outputSchema } = endpoint;
  if (outputSchema !== undefined) {
    const schema = JSON.stringify(outputSchema);
    return [`pm.test("the body fits its schema", () => pm.response.to.have.jsonSchema(${schema}));`];
  }
  const names = namesOf(endpoint);
  if (names === undefined || names.length === 0) return [];
  return [
    'pm.test("the body has its fields", () => {',
    `  pm.expect(pm.response.json()).to.have.all.keys(${JSON.stringify(names)});`,
    "});",
  ];
}

/** The fields of the body, where the response is a mapping. */
function namesOf({ response: { body }, steps }: Endpoint): readonly string[] | undefined {
  if (body.kind === "all-steps") return steps.map(({ name }) => name);
  if (body.kind !== "formula" || body.formula.template.kind !== "object") return undefined;
  return body.formula.template.entries.map(([name]) => name);
}
