import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import type { RequestField, RequestSchemas } from "../config/model.js";
import type { JsonObject, JsonValue } from "../expression/value.js";
import { failure } from "../problems/orchestrator-error.js";
import type { Violation } from "../problems/problem.js";
import { convertText } from "./convert-text.js";
import type { RawRequest, RequestValues } from "./request-values.js";

const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

/**
 * Compiles the schemas of a request into one function: it converts the text of path, query and headers, fills
 * defaults, and throws REQUEST_INVALID with every violation and its pointer.
 */
export function requestReader(schemas: RequestSchemas): (raw: RawRequest) => RequestValues {
  const compile = schemaCompiler();
  const readPath = partReader("path", schemas.pathParams, compile);
  const readQuery = partReader("query", schemas.queryParams, compile);
  const readHeaders = partReader("headers", schemas.headers, compile);
  const readBody = bodyReader(schemas, compile);
  return (raw) => {
    const violations: Violation[] = [];
    const values: RequestValues = {
      path_params: readPath(raw.pathParams, violations),
      query_params: readQuery(raw.query, violations),
      headers: readHeaders(raw.headers, violations),
      body: readBody(raw.body, violations),
    };
    if (violations.length === 0) return values;
    throw failure("REQUEST_INVALID", { count: violations.length }, { violations });
  };
}

type RawPart = Readonly<Record<string, string | readonly string[] | undefined>>;
type ReadPart = (raw: RawPart, violations: Violation[]) => JsonObject;

const nothing: JsonObject = Object.freeze({});

function partReader(
  part: string,
  fields: ReadonlyMap<string, RequestField>,
  compile: CompileSchema,
): ReadPart {
  if (fields.size === 0) return () => nothing;
  const readers = [...fields].map(
    ([name, field]) => [name, fieldReader(`/${part}/${escaped(name)}`, field, compile)] as const,
  );
  return (raw, violations) => {
    const values: Record<string, JsonValue> = {};
    for (const [name, read] of readers) {
      values[name] = read(Object.hasOwn(raw, name) ? raw[name] : undefined, violations);
    }
    return values;
  };
}

type ReadField = (raw: string | readonly string[] | undefined, violations: Violation[]) => JsonValue;

function fieldReader(pointer: string, field: RequestField, compile: CompileSchema): ReadField {
  const { schema, isRequired, defaultValue } = field;
  const validate = compile(schema);
  return (raw, violations) => {
    if (raw === undefined) {
      if (isRequired && defaultValue === undefined) violations.push({ pointer, message: "is required" });
      return defaultValue ?? null;
    }
    const converted = convertText(raw, schema);
    if (converted.fault !== undefined) violations.push({ pointer, message: converted.fault });
    else if (!validate(converted.value)) violations.push(...violationsOf(validate, pointer));
    return converted.value ?? null;
  };
}

type ReadBody = (raw: JsonValue | undefined, violations: Violation[]) => JsonValue;

function bodyReader({ body, isBodyRequired }: RequestSchemas, compile: CompileSchema): ReadBody {
  if (body === undefined) return () => null;
  const validate = compile(body);
  return (raw, violations) => {
    if (raw === undefined) {
      if (isBodyRequired) violations.push({ pointer: "/body", message: "is required" });
      return null;
    }
    if (!validate(raw)) violations.push(...violationsOf(validate, "/body"));
    return raw;
  };
}

type CompileSchema = (schema: JsonObject) => ValidateFunction;

/**
 * With defaults, which are filled in the value itself: it belongs to this request alone. The form of schemas was checked
 * when they were read; doing it again would cost each endpoint the schema of all schemas.
 */
function schemaCompiler(): CompileSchema {
  const ajv = new Ajv2020({
    strict: false,
    validateSchema: false,
    allErrors: true,
    useDefaults: true,
    discriminator: true,
  });
  addFormats(ajv);
  return (schema) => ajv.compile(schema);
}

const mostViolations = 50;

function violationsOf(validate: ValidateFunction, pointer: string): readonly Violation[] {
  const errors = validate.errors ?? [];
  return errors
    .filter(
      ({ keyword }) =>
        !(keyword === "anyOf" || keyword === "oneOf" || keyword === "if") || errors.length === 1,
    )
    .slice(0, mostViolations)
    .map((error) => ({ pointer: pointer + pointerOf(error), message: messageOf(error) }));
}

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  if (keyword === "required") return `${instancePath}/${escaped(String(params["missingProperty"]))}`;
  if (keyword === "additionalProperties") {
    return `${instancePath}/${escaped(String(params["additionalProperty"]))}`;
  }
  return instancePath;
}

function messageOf({ keyword, message, params }: ErrorObject): string {
  if (keyword === "required") return "is required";
  if (keyword === "additionalProperties") return "is not a known field";
  const allowed: unknown = params["allowedValues"];
  if (keyword === "enum" && Array.isArray(allowed)) return `must be one of ${allowed.map(String).join(", ")}`;
  return message ?? "cannot be used";
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
