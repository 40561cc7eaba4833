import { compileTemplate, type CompileOptions } from "../expression/compile.js";
import type { Evaluate, ExpressionFault, Reference } from "../expression/expression.js";
import { isFault, parseExpression } from "../expression/parse.js";
import { parseText, templateReferences, type Template } from "../expression/template.js";
import type { JsonValue } from "../expression/value.js";
import type { Location } from "../problems/location.js";
import type { NullableSchema } from "./composites.js";
import { wrongType, type CheckContext } from "./schema.js";
import { isSecretName } from "./secret.js";
import { sites, type Site } from "./sites.js";
import { describeTree, isEmpty, type ScalarTree, type Tree } from "./tree.js";

/** A reference and where it stands in a file. */
export interface PlacedReference {
  readonly reference: Reference;
  /** The place of the root; `locate` gives the place of any offset of the same text. */
  readonly location: Location;
  readonly locate: (start: number, end: number) => Location;
}

/** An expression, a text with values in it, or a tree of them, as written: parsed, but not yet compiled. */
export interface Formula {
  readonly template: Template;
  readonly references: readonly PlacedReference[];
  /** The names of secret variables whose values it holds. */
  readonly secrets: readonly string[];
  readonly location: Location;
  compile(options?: CompileOptions): Evaluate;
}

export interface FormulaOptions {
  /** Where its value can be seen, such as `the response`: a secret in it is a problem then. */
  readonly exposedIn?: string;
}

/** Expressions at any depth of a mapping, a list or a text; types are kept. */
export function formula(site: Site, options: FormulaOptions = {}): NullableSchema<Formula> {
  return {
    acceptsNull: true,
    words: "a value, or a tree of them; texts that begin with `$` are expressions",
    json: () => ({}),
    check: (tree, context) => readFormula(tree, site, context, options, readTemplate),
  };
}

/** A text that is an expression always, also where it begins with neither `$` nor `{{`. */
export function expression(site: Site): NullableSchema<Formula> {
  return {
    acceptsNull: true,
    words: "an expression",
    json: () => ({ type: ["string", "boolean", "number"] }),
    check: (tree, context) => readFormula(tree, site, context, {}, readExpression),
  };
}

type ReadTree = (tree: Tree, found: Findings) => Template | undefined;

class Findings {
  readonly references: PlacedReference[] = [];
  readonly secrets: string[] = [];
  readonly context: CheckContext;
  readonly exposedIn: string | undefined;

  constructor(context: CheckContext, exposedIn: string | undefined) {
    this.context = context;
    this.exposedIn = exposedIn;
  }

  noteSecret(name: string, location: Location): void {
    this.secrets.push(name);
    if (this.exposedIn === undefined) return;
    this.context.report.add("CONFIG_SECRET_EXPOSED", { name, where: this.exposedIn }, location);
  }

  fault({ problem, start, end }: ExpressionFault, tree: ScalarTree): undefined {
    return this.context.report.addProblem({ ...problem, location: tree.locate(start, end) });
  }

  keep(template: Template, tree: ScalarTree): Template {
    for (const reference of templateReferences(template)) {
      const location = tree.locate(reference.start, reference.end);
      this.references.push({ reference, location, locate: tree.locate });
    }
    return template;
  }
}

function readFormula(
  tree: Tree,
  site: Site,
  context: CheckContext,
  { exposedIn }: FormulaOptions,
  read: ReadTree,
): Formula | undefined {
  const found = new Findings(context, exposedIn);
  const template = read(tree, found);
  if (template === undefined) return undefined;
  const { references, secrets } = found;
  for (const reference of references) checkVariable(reference, found);
  if (!sites[site].seesSteps && !checkFixedRoots(references, site, context)) return undefined;
  return {
    template,
    references,
    secrets,
    location: tree.location,
    compile: (options) => compileTemplate(template, options),
  };
}

/** Stands for a part that is wrong, which has been reported, so that the names in the other parts are checked. */
const broken: Template = { kind: "literal", value: null };

function readTemplate(tree: Tree, found: Findings): Template | undefined {
  if (tree.kind === "list") {
    return { kind: "list", items: tree.items.map((item) => readTemplate(item, found) ?? broken) };
  }
  if (tree.kind === "mapping") {
    const entries = [...tree.entries].map(
      ([key, { value }]) => [key, readTemplate(value, found) ?? broken] as const,
    );
    return { kind: "object", entries };
  }
  if (isUnknown(tree)) return undefined;
  if (tree.isSecret) found.noteSecret(secretNames(tree).join(", "), tree.location);
  if (tree.written?.includes("{{")) return refuseMixture(tree, found);
  if (typeof tree.value !== "string" || tree.variables.length > 0)
    return { kind: "literal", value: tree.value };
  const parsed = parseText(tree.value);
  return isFault(parsed) ? found.fault(parsed, tree) : found.keep(parsed.template, tree);
}

/** Its text is not known; that of an unset variable is at least no expression. */
function isUnknown({ isUnset, variables }: ScalarTree): boolean {
  return isUnset === true && variables.length === 0;
}

function secretNames({ variables }: ScalarTree): readonly string[] {
  return variables.filter((name) => isSecretName(name) || name.startsWith("file:"));
}

function refuseMixture(tree: ScalarTree, found: Findings): undefined {
  const name = tree.variables[0] ?? "NAME";
  const reason = "A text cannot hold both ${…} and {{ … }}: variables never enter expressions.";
  const hint = `Write \`{{ $env.${name} }}\` for the variable.`;
  return found.context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
}

function readExpression(tree: Tree, found: Findings): Template | undefined {
  if (tree.kind !== "scalar" || isEmpty(tree)) {
    return wrongType("an expression", describeTree(tree), tree, found.context);
  }
  if (tree.isUnset) return undefined;
  if (typeof tree.value !== "string") return { kind: "literal", value: tree.value };
  if (tree.variables.length > 0) return readVariable(tree, found);
  const inBraces = parseText(tree.value);
  if (!isFault(inBraces) && inBraces.template.kind === "expression")
    return found.keep(inBraces.template, tree);
  const parsed = parseExpression(tree.value);
  if (isFault(parsed)) return found.fault(parsed, tree);
  return found.keep({ kind: "expression", expression: parsed }, tree);
}

/** A variable that is the whole of an expression may be a plain `true`, `false` or number, but is never read as code. */
function readVariable({ value, isVariable, variables, location }: ScalarTree, found: Findings) {
  if (isVariable && /^(true|false|-?\d+(\.\d+)?)$/.test(String(value))) {
    return { kind: "literal", value: JSON.parse(String(value)) as JsonValue } as const;
  }
  const reason = "The value of a variable is never read as an expression.";
  const hint = `Write \`$env.${variables[0]}\` where its value is meant.`;
  return found.context.report.add("CONFIG_VALUE_INVALID", { reason }, location, { hint });
}

function checkVariable({ reference, location }: PlacedReference, found: Findings): void {
  if (reference.root !== "env") return;
  const name = reference.path[0]?.name;
  if (typeof name !== "string") {
    const reason = "`$env` needs the name of a variable: `$env.NAME`.";
    found.context.report.add("CONFIG_VALUE_INVALID", { reason }, location);
  } else if (found.context.env(name) === undefined) {
    const hint = `Set ${name} in the environment or in .env.`;
    const severity = found.context.unsetOk ? "warning" : "error";
    found.context.report.add("VARIABLE_UNSET", { name }, location, { hint, severity });
  } else {
    found.context.usedVariables.add(name);
    if (isSecretName(name)) found.noteSecret(name, location);
  }
}

function checkFixedRoots(references: readonly PlacedReference[], site: Site, context: CheckContext): boolean {
  const known: readonly string[] = sites[site].roots;
  const unknown = references.filter(({ reference }) => !known.includes(reference.root));
  for (const { reference, location } of unknown) {
    context.report.add("EXPRESSION_NAME_UNKNOWN", { name: reference.root, known }, location);
  }
  return unknown.length === 0;
}
