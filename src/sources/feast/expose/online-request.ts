import { isUtf8 } from "node:buffer";
import type { Selection } from "../features/selection.js";
import { WrittenFloat, type SentValue } from "../keys/key-value.js";
import { parsePythonJson, PythonJsonError, pythonText, type PythonValue } from "./python-json.js";
import { frameworkRefusal, Refusal } from "./refusal.js";

/** The body of `get-online-features`, checked as the Python server checks it. */
export interface OnlineRequest {
  readonly selection: Selection;
  /** The columns in the order in which they were sent. */
  readonly entities: ReadonlyMap<string, readonly SentValue[]>;
  readonly wantsVersions: boolean;
}

/** Reads a body. Throws a Refusal with status 422 and every violation. */
export function readOnlineRequest(body: Uint8Array): OnlineRequest {
  if (!isUtf8(body)) throw frameworkRefusal(400, "There was an error parsing the body");
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  if (text === "") throw invalid([violation("missing", ["body"], "Field required", null)]);
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof WrittenFloat) {
    const message = "Input should be a valid dictionary or object to extract fields from";
    throw invalid([violation("model_attributes_type", ["body"], message, value)]);
  }
  return readFields(value as Readonly<Record<string, PythonValue>>);
}

const byteOrderMark = "\ufeff";

function parsed(text: string): PythonValue {
  try {
    return parsePythonJson(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch (error) {
    if (!(error instanceof PythonJsonError)) throw error;
    const detail = {
      ...{ type: "json_invalid", loc: ["body", error.position], msg: "JSON decode error" },
      ...{ input: {}, ctx: { error: error.message } },
    };
    throw new Refusal(422, JSON.stringify({ detail: [detail] }));
  }
}

function readFields(fields: Readonly<Record<string, PythonValue>>): OnlineRequest {
  const violations: string[] = [];
  const given = (name: string, fallback: PythonValue = null) =>
    Object.hasOwn(fields, name) ? fields[name]! : fallback;
  const entities = readEntities(fields, violations);
  const service = given("feature_service");
  if (service !== null && typeof service !== "string") {
    violations.push(
      violation("string_type", ["body", "feature_service"], "Input should be a valid string", service),
    );
  }
  const references = readReferences(given("features", []), violations);
  const fullNames = readBoolean("full_feature_names", fields, violations);
  const wantsVersions = readBoolean("include_feature_view_version_metadata", fields, violations);
  if (violations.length > 0) throw invalid(violations);
  const hasService = typeof service === "string" && service !== "";
  return {
    selection: {
      service: hasService ? service : undefined,
      references: hasService ? [] : references,
      fullNames,
    },
    entities,
    wantsVersions,
  };
}

function readEntities(
  fields: Readonly<Record<string, PythonValue>>,
  violations: string[],
): ReadonlyMap<string, readonly SentValue[]> {
  const columns = new Map<string, readonly SentValue[]>();
  const value = Object.hasOwn(fields, "entities") ? fields["entities"]! : undefined;
  if (value === undefined)
    violations.push(violation("missing", ["body", "entities"], "Field required", fields));
  else if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    value instanceof WrittenFloat
  ) {
    violations.push(
      violation("dict_type", ["body", "entities"], "Input should be a valid dictionary", value),
    );
  } else {
    for (const [name, column] of Object.entries(value)) {
      if (Array.isArray(column)) columns.set(name, column as readonly SentValue[]);
      else violations.push(notAList(["body", "entities", name], column as PythonValue));
    }
  }
  return columns;
}

function readReferences(value: PythonValue, violations: string[]): readonly string[] {
  if (!Array.isArray(value)) {
    violations.push(notAList(["body", "features"], value));
    return [];
  }
  for (const [index, item] of (value as readonly PythonValue[]).entries()) {
    if (typeof item === "string") continue;
    const message = "Input should be a valid string";
    violations.push(violation("string_type", ["body", "features", index], message, item));
  }
  return value as readonly string[];
}

const truths: readonly PythonValue[] = [true, 1, "1", "on", "t", "true", "y", "yes"];
const falsehoods: readonly PythonValue[] = [false, 0, "0", "off", "f", "false", "n", "no"];

function readBoolean(
  name: string,
  fields: Readonly<Record<string, PythonValue>>,
  violations: string[],
): boolean {
  if (!Object.hasOwn(fields, name)) return false;
  const sent = fields[name]!;
  const value =
    typeof sent === "string" ? sent.toLowerCase() : sent instanceof WrittenFloat ? sent.value : sent;
  if (truths.includes(value)) return true;
  if (falsehoods.includes(value)) return false;
  const isReadable = typeof value === "string" || Number.isInteger(value);
  const message = `Input should be a valid boolean${isReadable ? ", unable to interpret input" : ""}`;
  violations.push(violation(isReadable ? "bool_parsing" : "bool_type", ["body", name], message, sent));
  return false;
}

function notAList(place: readonly (string | number)[], value: PythonValue): string {
  return violation("list_type", place, "Input should be a valid list", value);
}

function violation(
  type: string,
  place: readonly (string | number)[],
  message: string,
  input: PythonValue,
): string {
  const head = `"type":"${type}","loc":${JSON.stringify(place)},"msg":${JSON.stringify(message)}`;
  return `{${head},"input":${pythonText(input)}}`;
}

function invalid(violations: readonly string[]): Refusal {
  return new Refusal(422, `{"detail":[${violations.join(",")}]}`);
}
