import type { Expression, Identifier, Literal, ObjectExpression, Property, SpreadElement } from "acorn";
import { nearest } from "../problems/nearest.js";
import { refuse } from "./fault.js";
import { forbiddenMembers, forbiddenNames, forbiddenNodes, forbiddenOperators } from "./forbidden.js";
import { functionNamed, namespaces } from "./library/table.js";
import { Reading } from "./reading.js";
import { translateCall } from "./translate-call.js";
import { translateMember } from "./translate-member.js";
import type { BinaryOperator, EntryTree, ParsedExpression, SpreadTree, Tree, UnaryTree } from "./tree.js";

/** Turns acorn's tree into ours. What has no case here does not exist in expressions. */
export function translateExpression(node: Expression, base: number): Omit<ParsedExpression, "source"> {
  const reading = new Reading(base, translate);
  const tree = reading.tree(node);
  const { usesClock, usesRandom } = reading;
  const references = reading.references.sort((a, b) => a.start - b.start);
  return { tree, references, usesClock, usesRandom };
}

const binaryOperators = new Map<string, BinaryOperator>([
  ["==", "==="],
  ["!=", "!=="],
  ...(["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "===", "!=="] as const).map(
    (each) => [each, each] as const,
  ),
]);

function translate(reading: Reading, node: Expression): Tree {
  switch (node.type) {
    case "Literal":
      return translateLiteral(reading, node);
    case "Identifier":
      return translateName(reading, node);
    case "ParenthesizedExpression":
    case "ChainExpression":
      return reading.tree(node.expression);
    case "MemberExpression":
      return translateMember(reading, node);
    case "CallExpression":
      return translateCall(reading, node);
    case "UnaryExpression": {
      if (node.operator in forbiddenOperators) refuseOperator(reading, node, node.operator);
      const operator = node.operator as UnaryTree["operator"];
      const operand = reading.tree(node.argument);
      if (operator === "-" && operand.kind === "literal" && typeof operand.value === "number") {
        return { kind: "literal", value: -operand.value };
      }
      return { kind: "unary", operator, operand };
    }
    case "BinaryExpression": {
      const operator = binaryOperators.get(node.operator);
      if (operator === undefined) return refuseOperator(reading, node, node.operator);
      const left = reading.tree(node.left as Expression);
      return { kind: "binary", operator, left, right: reading.tree(node.right) };
    }
    case "LogicalExpression": {
      const left = reading.tree(node.left);
      return { kind: "logical", operator: node.operator, left, right: reading.tree(node.right) };
    }
    case "ConditionalExpression": {
      const test = reading.tree(node.test);
      const whenTrue = reading.tree(node.consequent);
      return { kind: "conditional", test, whenTrue, whenFalse: reading.tree(node.alternate) };
    }
    case "ArrayExpression":
      return { kind: "list", items: node.elements.map((each) => translateItem(reading, node, each)) };
    case "ObjectExpression":
      return translateObject(reading, node);
    default: {
      const [what, instead] = forbiddenNodes[node.type] ?? [node.type];
      return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", { what, instead });
    }
  }
}

function refuseOperator(reading: Reading, node: Expression, operator: string): never {
  return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", {
    what: `operator \`${operator}\``,
    instead: forbiddenOperators[operator],
  });
}

function translateLiteral(reading: Reading, node: Literal): Tree {
  const { value } = node;
  if (typeof value === "number" && !Number.isFinite(value)) {
    refuse(reading.span(node), "EXPRESSION_SYNTAX", { reason: "the number is too large" });
  }
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    if (node.regex === undefined) return { kind: "literal", value };
  }
  return refuse(
    reading.span(node),
    "EXPRESSION_FORBIDDEN",
    typeof value === "bigint"
      ? { what: "big integers", instead: "Numbers beyond 2^53 are text." }
      : { what: "regular expressions", instead: "Use `includes`, `startsWith`, `split` or `replaceAll`." },
  );
}

function translateName(reading: Reading, node: Identifier): Tree {
  const { name } = node;
  const parameter = reading.names.get(name);
  if (parameter !== undefined) return parameter;
  const span = reading.span(node);
  if (/^\$[a-z]/i.test(name) && !forbiddenMembers.has(name.slice(1))) {
    const reference = { root: name.slice(1), path: [], ...span };
    reading.references.push(reference);
    return { kind: "reference", reference };
  }
  if (functionNamed(name) !== undefined || namespaces.includes(name)) {
    const [what, instead] = forbiddenNodes.ArrowFunctionExpression!;
    return refuse(span, "EXPRESSION_FORBIDDEN", { what, instead });
  }
  return refuse(span, "EXPRESSION_FORBIDDEN", { what: `name "${name}"`, instead: nameAdvice(reading, name) });
}

function nameAdvice(reading: Reading, name: string): string {
  const known = forbiddenNames.get(name);
  if (known !== undefined) return known;
  const near = nearest(name, reading.names.keys());
  if (near !== undefined) return `Did you mean "${near}"?`;
  const root = name.replace(/^\$+/, "");
  return /^[a-z]\w*$/i.test(root) && !name.startsWith("$")
    ? `Write $${root} for a step or another root, '${root}' for a text.`
    : "A root begins with `$` and a letter.";
}

function translateItem(
  reading: Reading,
  list: Expression,
  item: Expression | SpreadElement | null,
): Tree | SpreadTree {
  if (item === null) {
    return refuse(reading.span(list), "EXPRESSION_SYNTAX", {
      reason: "an item is missing between two commas",
    });
  }
  return item.type === "SpreadElement" ? translateSpread(reading, item) : reading.tree(item);
}

function translateSpread(reading: Reading, node: SpreadElement): SpreadTree {
  return { kind: "spread", value: reading.tree(node.argument) };
}

function translateObject(reading: Reading, node: ObjectExpression): Tree {
  const entries = node.properties.map((each) =>
    each.type === "SpreadElement" ? translateSpread(reading, each) : translateEntry(reading, each),
  );
  return { kind: "object", entries };
}

function translateEntry(reading: Reading, node: Property): EntryTree {
  const span = reading.span(node);
  if (node.kind !== "init") refuse(span, "EXPRESSION_FORBIDDEN", { what: "getters and setters" });
  if (node.shorthand && node.key.type === "Identifier" && node.key.name.startsWith("$")) {
    const name = node.key.name.slice(1);
    refuse(span, "EXPRESSION_FORBIDDEN", {
      what: "fields that begin with `$` without a value",
      instead: `Write { ${name}: $${name} }.`,
    });
  }
  if (node.computed) return { kind: "entry", key: reading.tree(node.key), value: reading.tree(node.value) };
  return { kind: "entry", key: translateKey(reading, node.key), value: reading.tree(node.value) };
}

function translateKey(reading: Reading, node: Expression): string {
  const key = node.type === "Identifier" ? node.name : (node as Literal).value;
  if (typeof key !== "string" && typeof key !== "number") {
    return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", { what: "big integers" });
  }
  if (forbiddenMembers.has(String(key))) {
    refuse(reading.span(node), "EXPRESSION_FORBIDDEN", { what: `field "${key}"` });
  }
  return String(key);
}
