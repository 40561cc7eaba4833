import { describe, expect, test } from "vitest";
import { catalogue } from "../../../src/problems/catalogue.js";
import { replyProblems } from "../../../src/problems/catalogue/request.js";
import { sourceProblems } from "../../../src/problems/catalogue/source.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import { problem, type Problem } from "../../../src/problems/problem.js";
import { problemResponse } from "../../../src/server/problems/problem-response.js";
import { problemStatuses, statusOf } from "../../../src/server/problems/problem-status.js";

const context = { instance: "/orchestrator/customers/7", executionId: "e-1", isDebug: false };
const bodyOf = (found: Problem, isDebug = false) =>
  JSON.parse(problemResponse(found, { ...context, isDebug }).body) as Record<string, unknown>;

describe("statuses", () => {
  test("every problem of requests and sources has one", () => {
    const codes = [...Object.keys(replyProblems), ...Object.keys(sourceProblems)];
    expect(codes.filter((code) => !Object.hasOwn(problemStatuses, code))).toEqual([]);
    expect(Object.keys(problemStatuses).filter((code) => !Object.hasOwn(catalogue, code))).toEqual([]);
    for (const status of Object.values(problemStatuses)) expect(status).toBeGreaterThanOrEqual(400);
  });

  test.each([
    [problem("SOURCE_TIMED_OUT", { afterMs: 5 }), 504],
    [problem("SOURCE_UNREACHABLE", {}), 502],
    [problem("CONSTRAINT_VIOLATED", {}), 409],
    [problem("PARAMETER_NULL", { name: "id" }), 502],
    [problem("PARAMETER_NULL", { name: "id" }, { callersOwn: true }), 400],
    [problem("NOT_FOUND", {}), 404],
    [problem("NOT_FOUND", {}, { status: 410 }), 410],
    [problem("REJECTED", {}, { status: 403 }), 403],
    [{ ...problem("REJECTED", {}), code: "customer_blocked", status: 403 }, 403],
    [problem("CONFIG_VALUE_INVALID", { reason: "no" }), 500],
  ])("%j", (found, status) => {
    expect(statusOf(found)).toBe(status);
  });
});

describe("bodies", () => {
  test("are problem details", () => {
    const violations = [{ pointer: "/path/customer_id", message: "must be integer" }];
    expect(bodyOf(problem("REQUEST_INVALID", { count: 1 }, { violations }))).toEqual({
      type: "urn:orchestrator-api:problem:REQUEST_INVALID",
      title: "Bad Request",
      status: 400,
      detail: "The request has a value that cannot be used.",
      instance: "/orchestrator/customers/7",
      code: "REQUEST_INVALID",
      execution_id: "e-1",
      errors: [{ pointer: "/path/customer_id", detail: "must be integer" }],
    });
  });

  test("keep a guard's own code and wording", () => {
    const found = { ...problem("REJECTED", { detail: "Blocked." }), code: "customer_blocked", status: 403 };
    expect(bodyOf(found)).toMatchObject({
      type: "urn:orchestrator-api:problem:customer_blocked",
      title: "Forbidden",
      detail: "Blocked.",
      code: "customer_blocked",
    });
  });

  test("name steps and sources only while debugging", () => {
    const found = problem("SOURCE_UNREACHABLE", {}, { step: "credit", source: "credit_api" });
    expect(problemResponse(found, context).body).not.toContain("credit");
    expect(bodyOf(found, true)).toMatchObject({ step: "credit", source: "credit_api" });
  });

  test("show neither causes, nor what is meant for the people who run the service", () => {
    const cause = new Error("connect ECONNREFUSED db.internal:5432");
    const error = failure("MOCK_MISSING", {}, { cause });
    expect(problemResponse(error.problem, context).body).not.toMatch(/db\.internal|Give the operation/);
    const other = problem("CONFIG_VALUE_INVALID", { reason: "hunter2 is no port." });
    expect(bodyOf(other)).toMatchObject({ code: "INTERNAL", status: 500 });
    expect(problemResponse(other, context).body).not.toContain("hunter2");
  });
});

test("Retry-After is in whole seconds, at least one, and only where it means something", () => {
  const retry = (found: Problem) => problemResponse(found, context).retryAfter;
  expect(retry(problem("SOURCE_UNAVAILABLE", {}, { retryAfterMs: 1_200 }))).toBe("2");
  expect(retry(problem("SOURCE_BUSY", {}, { retryAfterMs: 0 }))).toBe("1");
  expect(retry(problem("SOURCE_UNAVAILABLE", {}))).toBeUndefined();
  expect(retry(problem("SOURCE_FAILED", {}, { retryAfterMs: 1_200 }))).toBeUndefined();
});
