import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { clean, cleanScalar } from "./clean.js";
import type { Evaluate } from "./expression.js";
import { CodeGenerator, type Rewrite } from "./generate.js";
import * as operators from "./operators.js";
import type { Template } from "./template.js";
import type { ParsedExpression } from "./tree.js";
import { stopWork, work, workLimit } from "./work.js";

export interface CompileOptions {
  readonly rewrite?: Rewrite;
}

/**
 * Turns an expression into a function. Parts of its values may be shared, with the scope and with other results, so
 * nobody may change them. The only place in the product where text becomes code; see `generate.ts` for what can be in it.
 */
export function compileExpression(parsed: ParsedExpression, options: CompileOptions = {}): Evaluate {
  const generator = new CodeGenerator(options.rewrite);
  return toFunction(
    generator,
    generator.body(() => generator.leaving(parsed.tree)),
  );
}

/** Turns a whole template into one function that builds its value. */
export function compileTemplate(template: Template, options: CompileOptions = {}): Evaluate {
  const generator = new CodeGenerator(options.rewrite);
  return toFunction(
    generator,
    generator.body(() => generator.template(template)),
  );
}

/** Everything that generated code can name, beside its scope, its parameters and its constants. */
const intrinsics = {
  ...operators,
  clean,
  cleanScalar,
  work,
  stopWork,
  failed,
  hasOwn: Object.prototype.hasOwnProperty,
  plain: {},
};

function toFunction({ constants, isMetered }: CodeGenerator, body: string): Evaluate {
  const names = [...Object.keys(intrinsics), ...constants.map((_, index) => `k${index}`)];
  const guarded = isMetered ? `work.left=${workLimit};try{${body}}catch(e){throw failed(e)}` : body;
  const make = new Function(...names, `"use strict";return function evaluate(s){${guarded}}`) as (
    ...values: unknown[]
  ) => Evaluate;
  return make(...Object.values(intrinsics), ...constants);
}

/** What generated code throws, as the one error class. */
function failed(error: unknown): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  return failure("EXPRESSION_FAILED", { reason: reasonOf(error) }, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof RangeError)) return "a built-in function refused its arguments";
  return error.message.startsWith("Maximum call stack") ? "it is nested too deeply" : error.message;
}
