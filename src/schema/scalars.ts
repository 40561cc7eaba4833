import type { JsonObject } from "../expression/value.js";
import type { Location } from "../problems/location.js";
import { mapped, wrongType, type CheckContext, type Schema } from "./schema.js";
import { Secret } from "./secret.js";
import { describeTree, type Tree } from "./tree.js";

/** A text that is not empty. A number or a boolean without quotes is not text. */
export function text(words = "text"): Schema<string> {
  return {
    words,
    json: () => ({ type: "string", minLength: 1 }),
    check(tree, context) {
      const value = scalarOf(tree);
      if (typeof value === "string" && value !== "") return value;
      if (typeof value === "number" || typeof value === "boolean") {
        context.report.add(
          "CONFIG_TYPE_WRONG",
          { expected: words, found: describeTree(tree) },
          tree.location,
          {
            hint: `Write \`"${String(value)}"\`.`,
          },
        );
        return undefined;
      }
      return wrongType(words, value === "" ? "an empty text" : describeTree(tree), tree, context);
    },
  };
}

/** For editors, which see variables unreplaced. */
function orVariable(json: JsonObject): JsonObject {
  return { anyOf: [json, { type: "string", pattern: "\\$\\{" }] };
}

/** A text that matches a pattern. */
export function pattern(expression: RegExp, words: string): Schema<string> {
  const schema = mapped(text(words), (value, tree, context) =>
    expression.test(value)
      ? value
      : context.report.add("CONFIG_VALUE_INVALID", { reason: notFitting(value, words, tree) }, tree.location),
  );
  return { ...schema, json: () => orVariable({ type: "string", pattern: expression.source }) };
}

function notFitting(value: string, words: string, tree: Tree): string {
  return `${isSecret(tree) ? "This secret" : `"${value}"`} is not ${words}.`;
}

function isSecret(tree: Tree): boolean {
  return tree.kind === "scalar" && tree.isSecret;
}

/** The name of a domain, an endpoint, a source or an operation. */
export const namePattern = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** The name of a step. */
export const stepNamePattern = /^[a-z][a-z0-9_]*$/;

/** A text and where it stands, for names that are looked up later. */
export interface Located<T> {
  readonly value: T;
  readonly location: Location;
}

export function located<T>(schema: Schema<T>): Schema<Located<T>> {
  return mapped(schema, (value, tree) => ({ value, location: tree.location }));
}

export interface NumberRange {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export function integer(range: NumberRange = {}): Schema<number> {
  return numeric("a whole number", "integer", Number.isSafeInteger, range);
}

export function number(range: NumberRange = {}): Schema<number> {
  return numeric("a number", "number", Number.isFinite, range);
}

function numeric(
  words: string,
  type: string,
  fits: (value: number) => boolean,
  { min, max }: NumberRange,
): Schema<number> {
  return {
    words,
    json: () =>
      orVariable({
        type,
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
      }),
    check(tree, context) {
      const value = numberOf(tree);
      if (value === undefined || !fits(value)) return wrongType(words, describeTree(tree), tree, context);
      if (value < (min ?? -Infinity) || value > (max ?? Infinity)) {
        if (isSecret(tree)) return wrongType(words, describeTree(tree), tree, context);
        const range = rangeWords({ min, max });
        return context.report.add("CONFIG_NUMBER_RANGE", { found: value, range }, tree.location);
      }
      return value;
    },
  };
}

function rangeWords({ min, max }: NumberRange): string {
  if (max === undefined) return `${min} or more`;
  return min === undefined ? `at most ${max}` : `${min} to ${max}`;
}

function numberOf(tree: Tree): number | undefined {
  const value = scalarOf(tree);
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !(tree.kind === "scalar" && tree.isVariable)) return undefined;
  return /^[+-]?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

export function boolean(): Schema<boolean> {
  return {
    words: "true or false",
    json: () => orVariable({ type: "boolean" }),
    check(tree, context) {
      const value = scalarOf(tree);
      if (typeof value === "boolean") return value;
      if (tree.kind === "scalar" && tree.isVariable && (value === "true" || value === "false"))
        return value === "true";
      return wrongType("true or false", describeTree(tree), tree, context);
    },
  };
}

/** One of a list of words. */
export function enumeration<const T extends string>(values: readonly T[]): Schema<T> {
  const words = `one of ${values.map((value) => `\`${value}\``).join(", ")}`;
  return {
    words,
    json: () => orVariable({ enum: values }),
    check(tree, context) {
      const value = scalarOf(tree);
      const found = values.find((each) => each === value);
      if (found !== undefined) return found;
      if (typeof value !== "string" || value === "" || isSecret(tree))
        return wrongType(words, describeTree(tree), tree, context);
      return context.report.add("CONFIG_VALUE_UNKNOWN", { found: value, known: values }, tree.location);
    },
  };
}

const durationUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnits = { b: 1, kb: 1_024, mb: 1_024 ** 2, gb: 1_024 ** 3 };

/** A duration with its unit, read as milliseconds. */
export function duration(): Schema<number> {
  return quantity("a duration such as `250ms`, `5s` or `1h`", durationUnits, (n) => [`${n}ms`, `${n}s`]);
}

/** A size with its unit, read as bytes. */
export function size(): Schema<number> {
  return quantity("a size such as `512kb` or `10mb`", sizeUnits, (n) => [`${n}kb`, `${n}mb`]);
}

/** A share such as `20%`, read as a number from 0 to 1. */
export function percentage(): Schema<number> {
  const words = "a share such as `20%`";
  return {
    words,
    json: () => orVariable({ type: "string", pattern: "^\\d+(\\.\\d+)?%$" }),
    check(tree, context) {
      const value = scalarOf(tree);
      const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(value.trim()) : null;
      if (match === null) return wrongType(words, describeTree(tree), tree, context);
      const found = Number(match[1]);
      if (found <= 100) return found / 100;
      return context.report.add("CONFIG_NUMBER_RANGE", { found, range: "0% to 100%" }, tree.location);
    },
  };
}

function quantity(
  words: string,
  units: Readonly<Record<string, number>>,
  readings: (found: number) => [string, string],
): Schema<number> {
  const form = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join("|")})$`, "i");
  return {
    words,
    json: () => orVariable({ type: "string", pattern: `^\\d+(\\.\\d+)?(${Object.keys(units).join("|")})$` }),
    check(tree, context) {
      const bare = numberOf(tree);
      if (bare !== undefined && !isSecret(tree)) {
        const [first, second] = readings(bare);
        return context.report.add("CONFIG_UNIT_MISSING", { found: bare, first, second }, tree.location);
      }
      const value = scalarOf(tree);
      const match = typeof value === "string" ? form.exec(value.trim()) : null;
      if (match === null) return wrongType(words, describeTree(tree), tree, context);
      return Math.round(Number(match[1]) * units[match[2]!.toLowerCase()]!);
    },
  };
}

/** A secret text. One that stands in the file itself is refused. */
export function secretText(key: string): Schema<Secret> {
  const schema = mapped(
    text("a secret, as a variable"),
    (value, tree, context) => {
      const fromOutside = tree.kind === "scalar" && (tree.isSecret || tree.variables.length > 0);
      if (fromOutside) {
        context.secrets?.add(value);
        return new Secret(value);
      }
      return context.report.add("CONFIG_SECRET_LITERAL", { key, variable: key.toUpperCase() }, tree.location);
    },
    "a secret, as a variable such as `${NAME}` or `${file:/run/secrets/name}`",
  );
  return { ...schema, isSecret: true };
}

function scalarOf(tree: Tree): string | number | boolean | null | undefined {
  return tree.kind === "scalar" ? tree.value : undefined;
}

/** A value of another schema, or the single literal `false` that turns a thing off. */
export function orFalse<T>(schema: Schema<T>): Schema<T | false> {
  return {
    words: `${schema.words}, or \`false\``,
    parts: [schema],
    json: () => ({ anyOf: [schema.json(), { const: false }] }),
    check: (tree: Tree, context: CheckContext) =>
      scalarOf(tree) === false ? false : schema.check(tree, context),
  };
}
