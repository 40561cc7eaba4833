import type { Expression, MemberExpression, PrivateIdentifier } from "acorn";
import type { ReferenceMember } from "./expression.js";
import { refuse, type Span } from "./fault.js";
import { forbiddenMembers, forbiddenNames, forbiddenNodes } from "./forbidden.js";
import {
  constantNamed,
  functionNamed,
  libraryConstants,
  libraryFunctions,
  namespaces,
} from "./library/table.js";
import type { Reading } from "./reading.js";
import type { Tree } from "./tree.js";

/** `object.name`, `object[key]`, `Math.PI`. Literal members of a root become part of its reference. */
export function translateMember(reading: Reading, node: MemberExpression): Tree {
  const namespace = namespaceOf(reading, node);
  if (namespace !== undefined) return translateConstant(reading, node, namespace);
  const object = reading.tree(node.object as Expression);
  const key = translateMemberKey(reading, node);
  if (typeof key === "object") return { kind: "member", object, key };
  if (object.kind !== "reference") return { kind: "member", object, key };
  const path = object.reference.path as ReferenceMember[];
  path.push({ name: key, ...reading.span(node.property) });
  return object;
}

/** `Math` of `Math.floor`, unless it is a parameter or the member is computed. */
export function namespaceOf(reading: Reading, { object, computed }: MemberExpression): string | undefined {
  if (computed || object.type !== "Identifier") return undefined;
  return namespaces.includes(object.name) && !reading.names.has(object.name) ? object.name : undefined;
}

/** The name behind the point. Refuses those that lead to prototypes. */
export function memberName(reading: Reading, node: Expression | PrivateIdentifier): string {
  if (node.type === "Identifier") return allowedMember(node.name, reading.span(node));
  const [what] = forbiddenNodes.PrivateIdentifier!;
  return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", { what });
}

/** Refuses a function of a namespace that does not exist. */
export function refuseUnknown(name: string, span: Span): never {
  const instead = forbiddenNames.get(name);
  if (instead !== undefined) refuse(span, "EXPRESSION_FORBIDDEN", { what: `\`${name}\``, instead });
  const known = [...libraryFunctions, ...libraryConstants].map((each) => each.name);
  return refuse(span, "EXPRESSION_FUNCTION_UNKNOWN", { name, known });
}

export function allowedMember<Name extends string | number>(name: Name, span: Span): Name {
  if (forbiddenMembers.has(String(name))) {
    refuse(span, "EXPRESSION_FORBIDDEN", {
      what: `member "${name}"`,
      instead: "Only the fields of a value itself can be read.",
    });
  }
  return name;
}

function translateConstant(reading: Reading, node: MemberExpression, namespace: string): Tree {
  const name = `${namespace}.${memberName(reading, node.property)}`;
  const value = constantNamed(name);
  if (value !== undefined) return { kind: "literal", value };
  if (functionNamed(name) === undefined) refuseUnknown(name, reading.span(node));
  const [what, instead] = forbiddenNodes.ArrowFunctionExpression!;
  return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", { what, instead });
}

function translateMemberKey(reading: Reading, node: MemberExpression): string | number | Tree {
  if (!node.computed) return memberName(reading, node.property);
  const key = reading.tree(node.property as Expression);
  if (key.kind !== "literal") return key;
  const { value } = key;
  return typeof value === "string" || typeof value === "number"
    ? allowedMember(value, reading.span(node.property))
    : key;
}
