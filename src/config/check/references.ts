import type { JsonObject } from "../../expression/value.js";
import type { Formula, PlacedReference } from "../../schema/formula.js";
import { roots, sites, type Site } from "../../schema/sites.js";
import type { ProjectContext } from "./check-context.js";
import { checkFields, checkMember } from "./fields.js";
import { checkRequestReference, type RequestNames } from "./request-names.js";

/** The names that the expressions of one endpoint can use. */
export interface EndpointNames {
  /** By name; the JSON Schema of the step's value, where it is known. */
  readonly steps: ReadonlyMap<string, JsonObject | undefined>;
  /** There may be steps whose names could not be read, so a name that is missing may well be one of them. */
  readonly areStepsIncomplete: boolean;
  readonly request: RequestNames;
  /** `undefined` where the constants could not be read. */
  readonly constants: JsonObject | undefined;
  /** Whether callers are asked who they are. */
  readonly hasAuth: boolean;
  /** Whether the endpoint has `paging`. */
  readonly hasPages: boolean;
}

const systemFields: readonly string[] = [
  "timestamp",
  "environment",
  "version",
  "execution_id",
  "request_id",
  "method",
  "path",
  "client_ip",
];
const metaFields: readonly string[] = [
  ...["status", "error", "http_status", "headers", "items"],
  ...["age", "features", "arm"],
];

/** What `$auth` is. Claims are what the issuer says. */
const texts: JsonObject = { type: "array", items: { type: "string" } };
const authShape: JsonObject = {
  type: "object",
  properties: {
    subject: { type: "string" },
    roles: texts,
    scopes: texts,
    claims: { type: "object" },
    key_id: { type: "string" },
  },
  additionalProperties: false,
};

/** Checks every name that a formula uses, where it stands. Reports each that does not exist there. */
export function checkReferences(
  formula: Formula | undefined,
  site: Site,
  names: EndpointNames,
  context: ProjectContext,
): void {
  for (const reference of formula?.references ?? []) checkReference(reference, site, names, context);
}

function checkReference(
  placed: PlacedReference,
  site: Site,
  names: EndpointNames,
  context: ProjectContext,
): void {
  const { root, path } = placed.reference;
  const allowed: readonly string[] = sites[site].roots;
  if (names.steps.has(root)) return checkStepFields(placed, names.steps.get(root), context);
  if (!allowed.includes(root) || (root === "page" && !names.hasPages)) {
    return refuseRoot(placed, allowed, names, context);
  }
  if (root === "page") return checkMember(placed, path[0], "$page", ["next"], context);
  if (root === "request") return checkRequestReference(placed, names.request, context);
  if (root === "auth") {
    if (names.hasAuth) return checkFields(placed, path, "$auth", authShape, context);
    return context.report.add("AUTH_ABSENT", {}, placed.location);
  }
  if (root === "meta") return checkMeta(placed, names, context);
  if (root === "system") return checkMember(placed, path[0], "$system", systemFields, context);
  if (root === "const") return checkConstant(placed, names.constants, context);
}

function refuseRoot(
  placed: PlacedReference,
  allowed: readonly string[],
  names: EndpointNames,
  context: ProjectContext,
): void {
  const { root } = placed.reference;
  const hint = Object.hasOwn(roots, root) ? `\`$${root}\` does not exist in this place.` : undefined;
  if (hint === undefined && names.areStepsIncomplete) return;
  const known = [...names.steps.keys(), ...allowed.filter((each) => each !== "page" || names.hasPages)];
  context.report.add(
    "EXPRESSION_NAME_UNKNOWN",
    { name: root, known },
    placed.location,
    hint === undefined ? {} : { hint },
  );
}

function checkMeta(placed: PlacedReference, names: EndpointNames, context: ProjectContext): void {
  const [step, field] = placed.reference.path;
  const steps = [...names.steps.keys()];
  if (!names.areStepsIncomplete) checkMember(placed, step, "$meta", steps, context);
  if (step !== undefined && field !== undefined && steps.includes(String(step.name))) {
    checkMember(placed, field, `$meta.${step.name}`, metaFields, context);
  }
}

function checkConstant(
  placed: PlacedReference,
  constants: JsonObject | undefined,
  context: ProjectContext,
): void {
  const [member] = placed.reference.path;
  if (constants === undefined || member === undefined || Object.hasOwn(constants, member.name)) return;
  const params = { name: String(member.name), known: Object.keys(constants) };
  context.report.add("CONSTANT_UNKNOWN", params, placed.locate(member.start, member.end));
}

/** Follows the path of a reference through the JSON Schema of a value, as far as the schema says. */
function checkStepFields(
  placed: PlacedReference,
  schema: JsonObject | undefined,
  context: ProjectContext,
): void {
  checkFields(placed, placed.reference.path, `$${placed.reference.root}`, schema, context);
}
