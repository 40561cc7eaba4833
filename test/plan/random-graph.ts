import fc from "fast-check";

/** What decides how one step ends when its call is answered. */
export type Answer = "value" | "null" | "failure";

export interface RandomStep {
  readonly isWrite: boolean;
  /** Steps that its parameter reads, by number. */
  readonly reads: readonly number[];
  readonly dependsOn: readonly number[];
  readonly condition: { readonly step: number; readonly wantsNull: boolean } | undefined;
  readonly fallback: "none" | "value" | { readonly step: number };
  readonly answer: Answer;
  /** Whether the response shows it. */
  readonly isShown: boolean;
}

export interface RandomGuard {
  readonly steps: readonly number[];
}

export interface RandomGraph {
  readonly steps: readonly RandomStep[];
  readonly guards: readonly RandomGuard[];
}

export interface GraphOptions {
  readonly mayFail: boolean;
  readonly mayFallBack: boolean;
}

/** Graphs of up to eight steps. References may lead anywhere, so some graphs are refused as circles. */
export function randomGraph({ mayFail, mayFallBack }: GraphOptions): fc.Arbitrary<RandomGraph> {
  return fc.integer({ min: 1, max: 8 }).chain((count) => {
    const index = fc.nat({ max: count - 1 });
    // Mostly upwards, as people write; sometimes to any step.
    const few = (most: number) => fc.array(index, { maxLength: most });
    const step = fc.record({
      isWrite: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      reads: few(2),
      dependsOn: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, few(1)),
      condition: fc.option(fc.record({ step: index, wantsNull: fc.boolean() }), { nil: undefined, freq: 3 }),
      fallback: mayFallBack
        ? fc.oneof(
            { weight: 3, arbitrary: fc.constant("none" as const) },
            { weight: 2, arbitrary: fc.constant("value" as const) },
            { weight: 1, arbitrary: fc.record({ step: index }) },
          )
        : fc.constant("none" as const),
      answer: fc.oneof(
        { weight: 3, arbitrary: fc.constant("value" as const) },
        { weight: 1, arbitrary: fc.constant("null" as const) },
        ...(mayFail ? [{ weight: 1, arbitrary: fc.constant("failure" as const) }] : []),
      ),
      isShown: fc.integer({ min: 0, max: 2 }).map((n) => n > 0),
    });
    const upwards = (steps: readonly RandomStep[]) => steps.map((each, at) => pointUp(each, at));
    return fc.record({
      steps: fc
        .tuple(fc.array(step, { minLength: count, maxLength: count }), fc.integer({ min: 0, max: 4 }))
        .map(([steps, anywhere]) => (anywhere === 0 ? steps : upwards(steps))),
      guards: fc.array(fc.record({ steps: fc.uniqueArray(index, { minLength: 1, maxLength: 2 }) }), {
        maxLength: 3,
      }),
    });
  });
}

/** The same step with references to steps above it only; a stand-in may stand anywhere. */
function pointUp(step: RandomStep, at: number): RandomStep {
  const up = (numbers: readonly number[]) => (at === 0 ? [] : numbers.map((number) => number % at));
  const { condition } = step;
  return {
    ...step,
    reads: up(step.reads),
    dependsOn: up(step.dependsOn),
    condition: condition === undefined || at === 0 ? undefined : { ...condition, step: condition.step % at },
  };
}

/** The graph as an endpoint. */
export function endpointOf({ steps, guards }: RandomGraph): string {
  const lines = ["data_sources:"];
  for (const [number, step] of steps.entries()) {
    lines.push(`  - name: s${number}`, "    type: stage", `    operation: ${operationOf(step, number)}`);
    const parameter = step.reads.map((each) => `$s${each}`).join(", ");
    if (step.reads.length > 0) lines.push(`    params: { x: "{{ [${parameter}] }}" }`);
    if (step.dependsOn.length > 0) lines.push(`    depends_on: [s${step.dependsOn.join(", s")}]`);
    const { condition, fallback } = step;
    if (condition !== undefined) {
      lines.push(`    condition: $s${condition.step} ${condition.wantsNull ? "==" : "!="} null`);
    }
    if (fallback === "value") lines.push("    on_error: { value: 0 }");
    else if (fallback !== "none") lines.push(`    on_error: { step: s${fallback.step} }`);
    if (step.isWrite) lines.push(`    accepts_fallback: [${steps.map((_, each) => `s${each}`).join(", ")}]`);
  }
  lines.push("reject:");
  for (const [number, guard] of guards.entries()) {
    const when = guard.steps.map((each) => `$s${each} == null`).join(" && ");
    lines.push(`  - { when: ${when}, status: 409, code: guard_${number} }`);
  }
  if (guards.length === 0) lines[lines.length - 1] = "reject: []";
  const shown = steps.flatMap(({ isShown }, number) => (isShown ? [`$s${number}`] : []));
  lines.push(`response_mapping: [${shown.join(", ")}]`);
  return lines.join("\n");
}

/** Each step has an operation of its own, so that no two calls are joined. */
export function operationOf({ isWrite }: RandomStep, number: number): string {
  return `${isWrite ? "write" : "read"}_${number}`;
}

export const stageFile = {
  "config/integrations/stage_sources.yaml": [
    "stage:",
    "  sources:",
    "    default:",
    "      operations:",
    ...Array.from({ length: 8 }, (_, number) => [
      `        read_${number}: { takes: [x] }`,
      `        write_${number}: { effect: write, takes: [x] }`,
    ]).flat(),
  ].join("\n"),
};
