import type { ArrowFunctionExpression, Expression, Pattern, Property } from "acorn";
import { refuse } from "./fault.js";
import { forbiddenNodes } from "./forbidden.js";
import type { LibraryFunction } from "./library/entry.js";
import { functionNamed } from "./library/table.js";
import type { Reading } from "./reading.js";
import { allowedMember } from "./translate-member.js";
import type { ArrowTree, Tree } from "./tree.js";

/** The argument of a call that takes a function: an arrow function, or the name of a function of one argument. */
export function translateCallback(
  reading: Reading,
  node: Expression,
  callee: LibraryFunction,
): ArrowTree | Tree {
  const bare = withoutParentheses(node);
  if (bare.type === "ArrowFunctionExpression") return translateArrow(reading, bare, callee);
  const named = namedFunction(reading, bare);
  if (named !== undefined) return callOf(reading, named);
  if (callee.callback!.required) {
    refuse(reading.span(node), "EXPRESSION_ARGUMENTS", {
      name: callee.name,
      expected: "an arrow function, such as `x => x.id`",
      found: "something else",
    });
  }
  return reading.tree(node);
}

function translateArrow(reading: Reading, node: ArrowFunctionExpression, callee: LibraryFunction): ArrowTree {
  if (node.async) refuseNode(reading, node, "AwaitExpression");
  if (node.body.type === "BlockStatement") return refuseNode(reading, node.body, "BlockStatement");
  const given = callee.callback!.parameters;
  if (node.params.length > given) {
    refuse(reading.span(node.params[given]!), "EXPRESSION_ARGUMENTS", {
      name: callee.name,
      expected: `a function of up to ${given} parameters`,
      found: `one of ${node.params.length}`,
    });
  }
  const outer = reading.names;
  const names = new Map(outer);
  const parameters = node.params.map((pattern) => {
    const id = reading.newParameter();
    reading.deeper(pattern, () => bind(reading, names, pattern, { kind: "parameter", id }));
    return id;
  });
  reading.names = names;
  const before = reading.made;
  const body = reading.tree(node.body);
  reading.names = outer;
  return { kind: "arrow", parameters, body, cost: costOf(reading.made - before) };
}

/** Binds the names of a pattern to the members that lead to them. */
function bind(reading: Reading, names: Map<string, Tree>, pattern: Pattern, value: Tree): void {
  switch (pattern.type) {
    case "Identifier":
      if (pattern.name.startsWith("$")) {
        refuse(reading.span(pattern), "EXPRESSION_FORBIDDEN", {
          what: "parameters that begin with `$`",
          instead: `Write \`${pattern.name.replace(/^\$+/, "") || "x"} => …\`; \`$\` names roots.`,
        });
      }
      names.set(pattern.name, value);
      return;
    case "ArrayPattern":
      pattern.elements.forEach((each, index) => {
        const member: Tree = { kind: "member", object: value, key: index };
        if (each !== null) reading.deeper(each, () => bind(reading, names, each, member));
      });
      return;
    case "ObjectPattern":
      for (const each of pattern.properties) {
        if (each.type === "RestElement") return refuseRest(reading, each);
        const key = patternKey(reading, each as unknown as Property);
        const member: Tree = { kind: "member", object: value, key };
        reading.deeper(each, () => bind(reading, names, each.value, member));
      }
      return;
    case "RestElement":
      return refuseRest(reading, pattern);
    default:
      return refuse(reading.span(pattern), "EXPRESSION_FORBIDDEN", {
        what: "default parameters",
        instead: "Write `??` where the parameter is used.",
      });
  }
}

function patternKey(reading: Reading, { key, computed }: Property): string {
  const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? key.value : undefined;
  if (computed || (typeof name !== "string" && typeof name !== "number")) {
    return refuse(reading.span(key), "EXPRESSION_FORBIDDEN", { what: "computed names of parameters" });
  }
  return allowedMember(String(name), reading.span(key));
}

function refuseRest(reading: Reading, node: Pattern): never {
  return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", {
    what: "rest parameters",
    instead: "Name each parameter.",
  });
}

function refuseNode(
  reading: Reading,
  node: ArrowFunctionExpression | ArrowFunctionExpression["body"],
  type: string,
): never {
  const [what, instead] = forbiddenNodes[type]!;
  return refuse(reading.span(node), "EXPRESSION_FORBIDDEN", { what, instead });
}

/** `Number` in `.map(Number)`: a library function that takes one argument. */
function namedFunction(reading: Reading, node: Expression): LibraryFunction | undefined {
  const name =
    node.type === "Identifier"
      ? node.name
      : node.type === "MemberExpression" &&
          !node.computed &&
          node.object.type === "Identifier" &&
          node.property.type === "Identifier"
        ? `${node.object.name}.${node.property.name}`
        : "";
  if (reading.names.has(name.split(".")[0]!)) return undefined;
  const found = functionNamed(name);
  return found?.minArguments === 1 && found.maxArguments !== Infinity ? found : undefined;
}

function callOf(reading: Reading, { name }: LibraryFunction): ArrowTree {
  const id = reading.newParameter();
  const body: Tree = { kind: "call", name, arguments: [{ kind: "parameter", id }] };
  return { kind: "arrow", parameters: [id], body, cost: 1 };
}

function costOf(trees: number): number {
  return Math.ceil(trees / 8);
}

function withoutParentheses(node: Expression): Expression {
  return node.type === "ParenthesizedExpression" ? withoutParentheses(node.expression) : node;
}
