import type { ReferenceMember } from "../../expression/expression.js";
import type { PlacedReference } from "../../schema/formula.js";
import { declaredMembers } from "../json-schema-keys.js";
import type { RequestPart, RequestSchemas } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import { checkFields } from "./fields.js";

/** What `$request` has in one endpoint. */
export interface RequestNames {
  readonly schemas: RequestSchemas;
  /** Something under `request` could not be read, so a name that is missing may well be declared. */
  readonly isIncomplete: boolean;
}

const parts: readonly string[] = ["path_params", "query_params", "headers", "body"];

/** Checks `$request.path_params.x` and the short form `$request.x`. */
export function checkRequestReference(
  placed: PlacedReference,
  names: RequestNames,
  context: ProjectContext,
): void {
  const [first, second, ...rest] = placed.reference.path;
  if (first === undefined) return;
  const part = String(first.name);
  if (!parts.includes(part)) return checkShortForm(placed, first, names, context);
  if (part === "body") return checkBody(placed, [second, ...rest], names, context);
  if (second === undefined || names.isIncomplete) return;
  const declared = fieldsOf(part, names.schemas);
  if (declared.includes(String(second.name))) return;
  refuseField(placed, second, declared, context);
}

/** The part of the request in which each short name is declared, for those that are declared once. */
export function requestAliases(schemas: RequestSchemas): ReadonlyMap<string, RequestPart> {
  const aliases = new Map<string, RequestPart>();
  for (const name of shortNames(schemas)) {
    const places = placesOf(name, schemas);
    if (places.length === 1) aliases.set(name, places[0]!);
  }
  return aliases;
}

function checkShortForm(
  placed: PlacedReference,
  member: ReferenceMember,
  names: RequestNames,
  context: ProjectContext,
): void {
  const name = String(member.name);
  const places = placesOf(name, names.schemas);
  if (places.length === 1 || (places.length === 0 && names.isIncomplete)) return;
  if (places.length === 0)
    return refuseField(placed, member, [...shortNames(names.schemas), ...parts], context);
  context.report.add("REQUEST_FIELD_AMBIGUOUS", { name, places }, placed.locate(member.start, member.end));
}

function checkBody(
  placed: PlacedReference,
  path: readonly (ReferenceMember | undefined)[],
  names: RequestNames,
  context: ProjectContext,
): void {
  const members = path.filter((member) => member !== undefined);
  if (names.schemas.body !== undefined)
    checkFields(placed, members, "$request.body", names.schemas.body, context);
}

function refuseField(
  placed: PlacedReference,
  member: ReferenceMember,
  known: readonly string[],
  context: ProjectContext,
): void {
  const params = { name: String(member.name), known };
  context.report.add("REQUEST_FIELD_UNDECLARED", params, placed.locate(member.start, member.end));
}

function fieldsOf(part: string, schemas: RequestSchemas): readonly string[] {
  if (part === "path_params") return [...schemas.pathParams.keys()];
  if (part === "query_params") return [...schemas.queryParams.keys()];
  return [...schemas.headers.keys()];
}

function bodyFields(schemas: RequestSchemas): readonly string[] {
  return schemas.body === undefined ? [] : declaredMembers(schemas.body);
}

function shortNames(schemas: RequestSchemas): ReadonlySet<string> {
  return new Set([...schemas.pathParams.keys(), ...schemas.queryParams.keys(), ...bodyFields(schemas)]);
}

/** A path parameter of the route, else a declared query parameter, else a declared field of the body. */
function placesOf(name: string, schemas: RequestSchemas): readonly RequestPart[] {
  const places: RequestPart[] = [];
  if (schemas.pathParams.has(name)) places.push("path_params");
  if (schemas.queryParams.has(name)) places.push("query_params");
  if (bodyFields(schemas).includes(name)) places.push("body");
  return places;
}
