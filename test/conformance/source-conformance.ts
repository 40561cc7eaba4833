import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Source } from "../../src/contracts/source.js";
import type { JsonValue } from "../../src/expression/value.js";
import { catalogue } from "../../src/problems/catalogue.js";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { callSource, watchCall, type FixtureCall } from "./call-source.js";

/** One opened source and calls of known outcome. What a fixture leaves out is skipped, by name, in the results. */
export interface SourceFixture {
  readonly source: Source;
  /** A call that answers soon. Each index has a value of its own, the same every time. */
  quickCall(index: number): FixtureCall & { readonly value: JsonValue };
  /** A reading call that runs for a second or longer, unless it is cancelled. */
  readonly slowCall?: FixtureCall;
  /** A call that the other side refuses, and the code that this must give. */
  readonly failingCall?: FixtureCall & { readonly code: string };
  /** A call whose required parameter is null. */
  readonly nullCall?: FixtureCall;
  /** How many calls have reached the other side so far. */
  readonly sentCount?: () => number;
  /** A source of this type with nothing on the other side, and a call of it. */
  unreachable?(): Promise<{ readonly source: Source; readonly call: FixtureCall }>;
  /** Values of the settings that no error may show: passwords, tokens, hosts. */
  readonly secrets?: readonly string[];
  tearDown(): Promise<void>;
}

/** What every source promises, whatever its kind. */
export function sourceConformance(name: string, setUp: () => Promise<SourceFixture>): void {
  describe(`${name}: the promises of every source`, () => {
    let fixture: SourceFixture;
    beforeEach(async () => {
      fixture = await setUp();
    });
    afterEach(async () => {
      await fixture.source.close();
      await fixture.tearDown();
    });

    test("a call gives its value", async () => {
      const quick = fixture.quickCall(0);
      expect((await callSource(fixture.source, quick)).value).toEqual(quick.value);
    });

    test("a reply holds nothing but JSON", async () => {
      const reply = await callSource(fixture.source, fixture.quickCall(0));
      expect(isJson(reply.value)).toBe(true);
      if (reply.status !== undefined) expect(Number.isInteger(reply.status)).toBe(true);
      for (const [header, value] of Object.entries(reply.headers ?? {})) {
        expect(header).toBe(header.toLowerCase());
        expect(typeof value).toBe("string");
      }
    });

    test("the receiver is told once, and not before `start` has returned", async () => {
      const calls = [watchCall(fixture.source, fixture.quickCall(0))];
      if (fixture.failingCall) calls.push(watchCall(fixture.source, fixture.failingCall));
      if (fixture.nullCall) calls.push(watchCall(fixture.source, fixture.nullCall));
      await Promise.all(calls.map((call) => call.ended));
      await pause(30);
      for (const call of calls) {
        expect(call.told).toHaveLength(1);
        expect(call.toldTooEarly).toBe(false);
      }
    });

    test("calls at the same time each get their own answer", async () => {
      const quick = Array.from({ length: 60 }, (_, index) => fixture.quickCall(index % 3));
      const replies = await Promise.all(quick.map((call) => callSource(fixture.source, call)));
      expect(replies.map(({ value }) => value)).toEqual(quick.map(({ value }) => value));
    });

    test("nothing is told after `cancel`, and cancelling twice is harmless", async () => {
      const call = watchCall(fixture.source, fixture.quickCall(0));
      call.cancel();
      call.cancel();
      await callSource(fixture.source, fixture.quickCall(1));
      await pause(50);
      expect(call.told).toEqual([]);
    });

    test("`cancel` after the answer is harmless", async () => {
      const call = watchCall(fixture.source, fixture.quickCall(0));
      await call.ended;
      call.cancel();
      const quick = fixture.quickCall(1);
      expect((await callSource(fixture.source, quick)).value).toEqual(quick.value);
      expect(call.told).toHaveLength(1);
    });

    test("a cancelled slow call tells nothing, and the source stays usable", async (context) => {
      if (!fixture.slowCall) return context.skip();
      const slow = watchCall(fixture.source, fixture.slowCall);
      await callSource(fixture.source, fixture.quickCall(0));
      slow.cancel();
      const quick = fixture.quickCall(1);
      expect((await callSource(fixture.source, quick)).value).toEqual(quick.value);
      expect(slow.told).toEqual([]);
    });

    test("a slow call holds up no quick one", async (context) => {
      if (!fixture.slowCall) return context.skip();
      await callSource(fixture.source, fixture.quickCall(0));
      const slow = watchCall(fixture.source, fixture.slowCall);
      for (let round = 0; round < 10; round++) {
        await Promise.all([0, 1, 2].map((index) => callSource(fixture.source, fixture.quickCall(index))));
      }
      expect(slow.told).toEqual([]);
      slow.cancel();
    });

    test("a failing call gives its code of the catalogue", async (context) => {
      if (!fixture.failingCall) return context.skip();
      const error = await errorOf(callSource(fixture.source, fixture.failingCall));
      expect(error.code).toBe(fixture.failingCall.code);
      expect(Object.keys(catalogue)).toContain(error.code);
      expectNoSecret(error, fixture.secrets);
    });

    test("a required parameter that is null is refused before anything is sent", async (context) => {
      if (!fixture.nullCall) return context.skip();
      const sentBefore = fixture.sentCount?.();
      const error = await errorOf(callSource(fixture.source, fixture.nullCall));
      expect(error.code).toBe("PARAMETER_NULL");
      expect(error.problem.wasSent).toBe(false);
      expect(fixture.sentCount?.()).toBe(sentBefore);
    });

    test("an unreachable other side gives SOURCE_UNREACHABLE, to calls and to `probe`", async (context) => {
      if (!fixture.unreachable) return context.skip();
      const { source, call } = await fixture.unreachable();
      const errors = [await errorOf(callSource(source, call)), await errorOf(source.probe())];
      await source.close();
      for (const error of errors) {
        expect(error.code).toBe("SOURCE_UNREACHABLE");
        expectNoSecret(error, fixture.secrets);
      }
      expect(errors[0]!.problem.wasSent).toBe(false);
    });

    test("`probe` says nothing while all is well", async () => {
      await expect(fixture.source.probe()).resolves.toBeUndefined();
    });

    test("`close` can be called twice, also at once", async () => {
      await callSource(fixture.source, fixture.quickCall(0));
      await Promise.all([fixture.source.close(), fixture.source.close()]);
      await expect(fixture.source.close()).resolves.toBeUndefined();
    });

    test("`close` ends what runs: every call is told once, and soon", async () => {
      const calls = [watchCall(fixture.source, fixture.quickCall(0))];
      if (fixture.slowCall) calls.push(watchCall(fixture.source, fixture.slowCall));
      await fixture.source.close();
      const told = await Promise.all(calls.map((call) => call.ended));
      await pause(30);
      for (const each of told)
        if (each.kind === "error") expect(Object.keys(catalogue)).toContain(each.error.code);
      for (const call of calls) expect(call.told).toHaveLength(1);
    });

    test("a call after `close` fails with a code of the catalogue", async () => {
      await fixture.source.close();
      const error = await errorOf(callSource(fixture.source, fixture.quickCall(0)));
      expect(Object.keys(catalogue)).toContain(error.code);
      expect(error.problem.wasSent).toBe(false);
    });
  });
}

/** The OrchestratorError of a promise that must fail with one. */
export async function errorOf(promise: Promise<unknown>): Promise<OrchestratorError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  expect(outcome, "the call must fail").toHaveProperty("error");
  const { error } = outcome as { error: unknown };
  expect(error).toBeInstanceOf(OrchestratorError);
  return error as OrchestratorError;
}

/** What a caller may come to see of an error shows none of these texts. */
export function expectNoSecret(error: OrchestratorError, secrets: readonly string[] = []): void {
  const seen = `${error.message} ${JSON.stringify(error.problem)}`;
  for (const secret of secrets) expect(seen).not.toContain(secret);
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}
