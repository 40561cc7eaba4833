import type { CallExpression, Expression, SpreadElement } from "acorn";
import { refuse } from "./fault.js";
import { forbiddenNames, forbiddenNodes } from "./forbidden.js";
import type { LibraryFunction } from "./library/entry.js";
import { functionNamed, libraryFunctions, libraryMethods, methodsNamed } from "./library/table.js";
import type { Reading } from "./reading.js";
import { translateCallback } from "./translate-arrow.js";
import { memberName, namespaceOf, refuseUnknown } from "./translate-member.js";
import type { Argument, Tree } from "./tree.js";

/** A call of a library function or of a listed method; nothing else can be called. */
export function translateCall(reading: Reading, node: CallExpression): Tree {
  const { callee } = node;
  if (callee.type === "Identifier" && !callee.name.startsWith("$") && !reading.names.has(callee.name)) {
    return translateFunctionCall(reading, node, callee.name);
  }
  if (callee.type !== "MemberExpression") return refuseCallee(reading, callee as Expression);
  const namespace = namespaceOf(reading, callee);
  if (namespace !== undefined) {
    return translateFunctionCall(reading, node, `${namespace}.${memberName(reading, callee.property)}`);
  }
  if (callee.computed) {
    return refuse(reading.span(callee.property), "EXPRESSION_FORBIDDEN", {
      what: "computed method names",
      instead: "Write the method behind a point, such as `.map(…)`.",
    });
  }
  const receiver = reading.tree(callee.object as Expression);
  const name = memberName(reading, callee.property);
  const methods = methodsNamed(name);
  if (methods.length === 0) refuseMethod(reading, callee.property as Expression, name);
  return { kind: "method", name, receiver, arguments: translateArguments(reading, node, methods) };
}

function translateFunctionCall(reading: Reading, node: CallExpression, name: string): Tree {
  const found = functionNamed(name);
  if (found === undefined) return refuseFunction(reading, node.callee as Expression, name);
  reading.usesClock ||= found.uses === "clock";
  reading.usesRandom ||= found.uses === "random";
  return { kind: "call", name, arguments: translateArguments(reading, node, [found]) };
}

/** `callables` are those of one name: a function, or the methods of several kinds of values. */
function translateArguments(
  reading: Reading,
  node: CallExpression,
  callables: readonly LibraryFunction[],
): readonly Argument[] {
  checkCount(reading, node, callables);
  const callee = callables.find((each) => each.callback !== undefined) ?? callables[0]!;
  return node.arguments.map((argument, index): Argument => {
    if (argument.type === "SpreadElement") {
      return { kind: "spread", value: reading.tree(argument.argument) };
    }
    return callee.callback?.at === index
      ? translateCallback(reading, argument, callee)
      : reading.tree(argument);
  });
}

function checkCount(reading: Reading, node: CallExpression, callables: readonly LibraryFunction[]): void {
  const least = Math.min(...callables.map((each) => each.minArguments));
  const most = Math.max(...callables.map((each) => each.maxArguments));
  const spread = node.arguments.find((each): each is SpreadElement => each.type === "SpreadElement");
  if (spread !== undefined && most !== Infinity) {
    const [what, instead] = forbiddenNodes.SpreadElement!;
    refuse(reading.span(spread), "EXPRESSION_FORBIDDEN", { what, instead });
  }
  const found = node.arguments.length;
  if (spread !== undefined || (found >= least && found <= most)) return;
  const { name } = callables[0]!;
  refuse(reading.span(node), "EXPRESSION_ARGUMENTS", { name, expected: countInWords(least, most), found });
}

function countInWords(least: number, most: number): string {
  if (most === 0) return "no arguments";
  if (most === Infinity) return `at least ${counted(least)}`;
  return least === most ? counted(least) : `${least} to ${counted(most)}`;
}

function counted(count: number): string {
  return `${count} argument${count === 1 ? "" : "s"}`;
}

function refuseCallee(reading: Reading, callee: Expression): never {
  if (callee.type === ("Super" as string) || callee.type === "ImportExpression") reading.tree(callee);
  return refuse(reading.span(callee), "EXPRESSION_FORBIDDEN", {
    what: "calls of values",
    instead: "Only functions of the library and methods of texts, lists and numbers can be called.",
  });
}

function refuseFunction(reading: Reading, callee: Expression, name: string): never {
  const span = reading.span(callee);
  if (name.includes(".") || forbiddenNames.has(name)) return refuseUnknown(name, span);
  const known = libraryFunctions.map((each) => each.name);
  const inMath = functionNamed(`Math.${name}`) === undefined ? undefined : `Write Math.${name}(…).`;
  const asMethod = methodsNamed(name).length === 0 ? undefined : `Write it behind a value: value.${name}(…).`;
  return refuse(span, "EXPRESSION_FUNCTION_UNKNOWN", { name, known, instead: inMath ?? asMethod });
}

function refuseMethod(reading: Reading, property: Expression, name: string): never {
  const known = [...new Set(libraryMethods.map((each) => each.name))];
  const instead = functionNamed(name) === undefined ? undefined : `Write ${name}(value).`;
  return refuse(reading.span(property), "EXPRESSION_FUNCTION_UNKNOWN", { name, known, instead });
}
