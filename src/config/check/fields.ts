import type { ReferenceMember } from "../../expression/expression.js";
import type { JsonObject } from "../../expression/value.js";
import type { PlacedReference } from "../../schema/formula.js";
import { declaredMembers, memberSchema, namesMembers } from "../json-schema-keys.js";
import type { ProjectContext } from "./check-context.js";

/** Reports a member that is none of the known ones. */
export function checkMember(
  placed: PlacedReference,
  member: ReferenceMember | undefined,
  of: string,
  known: readonly string[],
  context: ProjectContext,
): void {
  if (member === undefined || known.includes(String(member.name))) return;
  const params = { of, field: String(member.name), known };
  context.report.add("EXPRESSION_FIELD_UNKNOWN", params, placed.locate(member.start, member.end));
}

/** Reports the first member of a path that a JSON Schema does not have. */
export function checkFields(
  placed: PlacedReference,
  path: readonly ReferenceMember[],
  of: string,
  schema: JsonObject | undefined,
  context: ProjectContext,
): void {
  const [member, ...rest] = path;
  if (member === undefined || schema === undefined || typeof member.name === "number") return;
  if (!namesMembers(schema)) return;
  const field = memberSchema(schema, member.name);
  if (field === undefined) return checkMember(placed, member, of, declaredMembers(schema), context);
  checkFields(placed, rest, `${of}.${member.name}`, field, context);
}
