import { describe, expect, test } from "vitest";
import { loadProject } from "../../src/service.js";
import type { EndpointPlan } from "../../src/plan/plan.js";
import { memoryHost, projectFolder } from "../config/reading/memory-host.js";
import { unindented } from "../config/check/checking.js";
import { stagedEndpoint } from "../engine/staged-service.js";
import { Stage } from "../engine/staged-source.js";
import { settled } from "../engine/virtual-clock.js";

const stageFile = `
  stage:
    sources:
      default:
        operations:
          read: { takes: [x] }
          write: { effect: write, takes: [x] }
`;

/** `name: what it uses, …; …`, where a name that begins with `w` is a write. */
function load(steps: string) {
  const files = {
    "config/integrations/stage_sources.yaml": unindented(stageFile),
    "config/domains/test.yaml": `endpoints:\n  it:\n${unindented(steps).replace(/^/gm, "    ")}`,
  };
  return loadProject({
    host: memoryHost(files),
    workingFolder: projectFolder,
    sources: [new Stage().type],
  });
}

function planOf(steps: string): EndpointPlan {
  const { problems, plans } = load(steps);
  expect(problems).toEqual([]);
  return plans![0]!;
}

function messages(steps: string): readonly string[] {
  return load(steps).problems.map(({ code, message, location }) => `${location?.line} ${code} ${message}`);
}

const read = (name: string, more = "") => `  - { name: ${name}, type: stage, operation: read${more} }`;
const write = (name: string, more = "") => `  - { name: ${name}, type: stage, operation: write${more} }`;
const steps = (...lines: readonly string[]) => ["data_sources:", ...lines].join("\n");

/** What each step waits for, by name: what it uses, then what keeps a write's place. */
function waits({ steps: planned }: EndpointPlan): Record<string, string> {
  const names = (numbers: readonly number[]) => numbers.map((number) => planned[number]!.name).join(" ");
  return Object.fromEntries(
    planned.map(({ name, needs, after }) => [name, `${names(needs)} | ${names(after)}`.trim()]),
  );
}

describe("what waits for what", () => {
  test("reads wait for what they use and for writes above them; a write waits for all above it", () => {
    expect(
      waits(planOf(steps(read("a"), read("b", ", params: { x: $a }"), write("w"), read("c"), write("w2")))),
    ).toEqual({ a: "|", b: "a |", w: "| a b", c: "| w", w2: "| a b w c" });
  });

  test("a read that a write uses does not wait for that write, wherever it stands", () => {
    expect(waits(planOf(steps(write("w", ", params: { x: $a }"), read("a"))))).toEqual({ w: "a |", a: "|" });
  });

  test("no write waits for a stand-in, which runs in the place of another step", () => {
    const plan = planOf(steps(read("spare"), write("w"), read("a", ", on_error: { step: spare }")));
    expect(waits(plan)).toEqual({ spare: "|", w: "|", a: "| w" });
  });
});

describe("what cannot be ordered", () => {
  test.each([
    [
      "a step that uses itself",
      steps(read("a", ", params: { x: $a }")),
      '4 STEP_CYCLE These steps wait for each other: "a" → "a".',
    ],
    [
      "two circles: each is printed, at its first step",
      steps(
        read("a", ", params: { x: $b }"),
        read("b", ", params: { x: $a }"),
        read("c", ", depends_on: [d]"),
        read("d", ", depends_on: [c]"),
      ),
      '4 STEP_CYCLE These steps wait for each other: "a" → "b" → "a".',
      '6 STEP_CYCLE These steps wait for each other: "c" → "d" → "c".',
    ],
    [
      "a step that uses its own stand-in",
      steps(read("a", ", params: { x: $b }, on_error: { step: b }"), read("b")),
      '4 STEP_CYCLE These steps wait for each other: "a" → "b" → "a".',
    ],
    [
      "two steps that stand in for each other",
      steps(read("a", ", on_error: { step: b }"), read("b", ", on_error: { step: a }")),
      '4 STEP_CYCLE These steps wait for each other: "a" → "b" → "a".',
    ],
    [
      "a stand-in below a write that waits for what it stands in for",
      steps(read("a", ", on_error: { step: b }"), write("w"), read("b")),
      '4 STEP_CYCLE These steps wait for each other: "a" → "b" → "w" → "a".',
    ],
    [
      "a read of a later write",
      steps(read("a", ", params: { x: $w }"), write("w")),
      '4 STEP_READS_LATER_WRITE A read uses a write that stands below it: "a" → "w".',
    ],
    [
      "reads of a later write, each at the one that uses it most directly",
      steps(
        read("a", ", params: { x: $b }"),
        read("b", ", params: { x: $w }"),
        read("c", ", depends_on: [w]"),
        write("w"),
      ),
      '5 STEP_READS_LATER_WRITE A read uses a write that stands below it: "b" → "w".',
      '6 STEP_READS_LATER_WRITE A read uses a write that stands below it: "c" → "w".',
    ],
  ])("%s", (_, written, ...expected) => {
    expect(messages(written)).toEqual(expected);
  });
});

describe("fallbacks that a write may get", () => {
  const through = (accepts: string) =>
    steps(
      read("a", ", on_error: { value: 1 }"),
      read("b", ", params: { x: $a }"),
      "  - { name: c, type: value, value: $b + 1 }",
      write("w", `, params: { x: $c }${accepts}`),
    );

  test("through however many steps, they must be accepted", () => {
    expect(messages(through(""))).toEqual([
      '7 STEP_FALLBACK_UNACCEPTED "w" writes, and may get a fallback value from "a".',
    ]);
    expect(messages(through(", accepts_fallback: [a]"))).toEqual([]);
  });

  test("one of a step that the write does not use needs no word", () => {
    expect(messages(steps(read("a", ", on_error: { value: 1 }"), write("w")))).toEqual([]);
  });
});

describe("hard and soft steps", () => {
  const hardOf = (written: string) =>
    planOf(written)
      .steps.filter(({ isHard }) => isHard)
      .map(({ name }) => name);

  test("what only a step with a fallback uses is soft", () => {
    expect(
      hardOf(
        steps(read("a"), read("b", ", params: { x: $a }, on_error: { value: 1 }")) + "\nresponse_mapping: $b",
      ),
    ).toEqual(["b"]);
  });

  test("it is hard where a guard, or a step without a fallback, uses it too", () => {
    const base = steps(
      read("a"),
      read("b", ", params: { x: $a }, on_error: { value: 1 }"),
      read("c", ", params: { x: $a }"),
    );
    expect(hardOf(`${base}\nresponse_mapping: [$b, $c]`)).toEqual(["a", "b", "c"]);
  });

  test("with `for_each` the fallback is each item's, so what gives the list is hard", () => {
    expect(
      hardOf(
        `${steps(read("a"), read("b", ", for_each: $a, params: { x: $item }, on_error: { value: 1 }"))}\nresponse_mapping: $b`,
      ),
    ).toEqual(["a", "b"]);
  });
});

describe("unused steps", () => {
  test.each([
    ["used by the response", "response_mapping: $a", []],
    ["used by a guard alone", "reject: [{ when: $a }]\nresponse_mapping: 1", []],
    ["used by a header alone", "response_headers: { x-a: $a }\nresponse_mapping: 1", []],
    ["used through `$meta`", "response_mapping: $meta.a.status", []],
    ["used by nothing", "reject: []\nresponse_mapping: 1\nprimary_source: w", ["a"]],
  ])("%s", (_, rest, unused) => {
    const { problems } = load(`${steps(read("a"), write("w"))}\n${rest}`);
    expect(problems.filter(({ code }) => code === "STEP_UNUSED").map(({ facts }) => facts["name"])).toEqual(
      unused,
    );
  });

  test("`run: always` is use enough", () => {
    expect(messages(`${steps(read("a", ", run: always"))}\nresponse_mapping: 1`)).toEqual([]);
  });
});

describe("guards", () => {
  const stopsOf = (plan: EndpointPlan) =>
    plan.guards.map(({ index, guard }) => [
      guard.code,
      plan.steps
        .filter(({ waitsForGuards }) => waitsForGuards.includes(index))
        .map(({ name }) => name)
        .join(" "),
    ]);

  test("a guard stops what refers to the same steps, and every write below them", () => {
    const base = steps(write("w0"), read("a"), read("b"), read("c", ", params: { x: $a }"), write("w"));
    const plan = planOf(`${base}\nreject: [{ when: $a == null, code: g }]\nresponse_mapping: [$b, $c]`);
    expect(stopsOf(plan)).toEqual([["g", "c w"]]);
  });

  test("it never stops what it needs itself, directly or through others", () => {
    const base = steps(read("a"), read("b", ", params: { x: $a }"), read("c", ", params: { x: $b }"));
    const plan = planOf(`${base}\nreject: [{ when: $a && $c, code: g }]\nresponse_mapping: $b`);
    expect(stopsOf(plan)).toEqual([["g", ""]]);
  });

  test("an earlier guard never waits for a later one, through the place of a write neither", () => {
    const base = steps(read("a"), write("w1"), write("w2"), read("b"));
    const rest = "reject: [{ when: $b, code: first }, { when: $a, code: second }]\nresponse_mapping: 1";
    expect(stopsOf(planOf(`${base}\n${rest}`))).toEqual([
      ["first", ""],
      ["second", ""],
    ]);
  });

  test("those that refer to no step come first", () => {
    const rest = "reject: [{ when: $a, code: late }, { when: $system.client_ip == '', code: early }]";
    expect(stopsOf(planOf(`${steps(read("a"), write("w"))}\n${rest}`)).map(([code]) => code)).toEqual([
      "early",
      "late",
    ]);
  });
});

describe("guards, failures and stand-ins while they run", () => {
  test("of two guards that hold at once, the one listed first answers, while an earlier one is undecided", async () => {
    const { stage, run } = await stagedEndpoint(`
      data_sources:
        - { name: a, type: stage, operation: a }
        - { name: b, type: stage, operation: b }
      reject:
        - { when: $a, code: first }
        - { when: $b, code: second }
        - { when: $b, code: third }
    `);
    const { outcome } = await run();
    stage.call("b").succeed(true);
    stage.call("a").succeed(false);
    await settled();
    expect(outcome.error?.code).toBe("second");
  });

  test("a guard that does not hold lets run what an earlier undecided guard needs, though a later one held", async () => {
    const { stage, run } = await stagedEndpoint(`
      data_sources:
        - { name: a, type: stage, operation: a }
        - { name: b, type: stage, operation: b }
        - { name: c, type: stage, operation: c, params: { x: $a } }
      reject:
        - { when: $a == null, code: first }
        - { when: $c == null, code: second }
        - { when: $b == null, code: third }
    `);
    const { outcome } = await run();
    stage.call("b").succeed(null);
    stage.call("a").succeed(1);
    stage.call("c").succeed(1);
    await settled();
    expect(outcome.error?.code).toBe("third");
  });

  test("a failure is not held back for a guard that waits for another one, which the failure leaves undecided", async () => {
    const { stage, run } = await stagedEndpoint(`
      data_sources:
        - { name: a, type: stage, operation: a }
        - { name: b, type: stage, operation: b }
        - { name: c, type: stage, operation: c, params: { x: $a } }
      reject:
        - { when: $a && $b, code: first }
        - { when: $c, code: second }
    `);
    const { outcome } = await run();
    stage.call("a").succeed(1);
    stage.call("b").fail();
    await settled();
    expect(outcome.error?.code).toBe("SOURCE_FAILED");
  });

  test("a stand-in that is not called for is null, also for those who look at it", async () => {
    const { stage, run } = await stagedEndpoint(`
      data_sources:
        - { name: a, type: stage, operation: a, on_error: { step: b } }
        - { name: b, type: stage, operation: b }
      response_mapping: { a: $a, b: $b, how: $meta.b.status }
    `);
    const { outcome } = await run();
    stage.call("a").succeed(1);
    await settled();
    expect(outcome.result).toMatchObject({ body: { a: 1, b: null, how: "skipped" }, isComplete: true });
  });

  test("a step whose condition may still skip it does not fall back before that is decided", async () => {
    const { stage, run } = await stagedEndpoint(`
      data_sources:
        - { name: a, type: stage, operation: a }
        - { name: b, type: stage, operation: b }
        - { name: c, type: stage, operation: c, condition: $a, params: { x: $b }, on_error: { value: 7 } }
      response_mapping: $c
    `);
    const skipped = await run();
    stage.call("b").fail();
    stage.call("a").succeed(false);
    await settled();
    expect(skipped.outcome.result).toMatchObject({ body: null, isComplete: true });

    const fallen = await run();
    stage.call("b").fail();
    stage.call("a").succeed(true);
    await settled();
    expect(fallen.outcome.result).toMatchObject({ body: 7, isComplete: false });
  });
});
