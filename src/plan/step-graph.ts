import type { Endpoint, Step } from "../config/model.js";
import type { Formula } from "../schema/formula.js";

/** The steps of an endpoint by number, and what each uses. Pure; the order of the list is that of the file. */
export interface StepGraph {
  readonly steps: readonly Step[];
  /** What each step uses directly: in its expressions, or by `depends_on`. */
  readonly needs: readonly ReadonlySet<number>[];
  /** The step that stands in for each, where `on_error` names one. */
  readonly fallbacks: readonly (number | undefined)[];
  /** The numbers of the steps that formulas refer to. */
  readonly referredTo: (formulas: readonly (Formula | undefined)[]) => ReadonlySet<number>;
}

export function stepGraph({ steps }: Endpoint): StepGraph {
  const numbers = new Map(steps.map((step, index) => [step.name, index]));
  const referredTo: StepGraph["referredTo"] = (formulas) => {
    const found = new Set<number>();
    for (const { reference } of formulas.flatMap((formula) => formula?.references ?? [])) {
      const name = reference.root === "meta" ? reference.path[0]?.name : reference.root;
      const index = numbers.get(String(name));
      if (index !== undefined) found.add(index);
      else if (reference.root === "meta" && name === undefined) steps.forEach((_, each) => found.add(each));
    }
    return found;
  };
  return {
    steps,
    referredTo,
    needs: steps.map((step) => {
      const named = step.dependsOn.map((name) => numbers.get(name)!);
      return new Set([...referredTo(formulasOf(step)), ...named]);
    }),
    fallbacks: steps.map(({ onError }) => (onError.kind === "step" ? numbers.get(onError.step) : undefined)),
  };
}

function formulasOf(step: Step): readonly (Formula | undefined)[] {
  return [
    ...(step.kind === "call" ? step.parameters.values() : [step.value]),
    step.condition,
    step.forEach?.list,
    step.transform,
    step.onError.kind === "value" ? step.onError.value : undefined,
  ];
}

/** All that a step leads back to, through however many others, stand-ins included; without the step itself. */
export function leadsBackTo(graph: StepGraph, from: Iterable<number>): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [...from].flatMap((index) => directly(graph, index));
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (found.has(index)) continue;
    found.add(index);
    open.push(...directly(graph, index));
  }
  return found;
}

function directly({ needs, fallbacks }: StepGraph, index: number): number[] {
  const fallback = fallbacks[index];
  return fallback === undefined ? [...needs[index]!] : [...needs[index]!, fallback];
}
