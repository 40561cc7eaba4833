import { describe, expect, test } from "vitest";
import { LogOutput, type LogOutputSettings } from "../../src/observe/log-output.js";
import { chooseLogLevel, createLogger } from "../../src/observe/logger.js";
import { logRequest } from "../../src/observe/request-log.js";
import { problem } from "../../src/problems/problem.js";

async function logInto(settings: LogOutputSettings = {}) {
  const lines: string[] = [];
  const output = new LogOutput({ write: (line: string) => void lines.push(line) });
  await output.configure({ format: "json", ...settings });
  return { lines, logger: createLogger("info", output) };
}
const parse = (line: string | undefined) => JSON.parse(line ?? "{}") as Record<string, unknown>;

describe("a line", () => {
  test("is one JSON object with a level, a time and a message", async () => {
    const { lines, logger } = await logInto();
    logger.info({ url: "http://127.0.0.1:8000" }, "Listening");
    logger.debug("not written");
    expect(lines).toHaveLength(1);
    expect(Object.keys(parse(lines[0]))).toEqual(["level", "time", "url", "msg"]);
    expect(parse(lines[0])["time"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test("is for people where pretty is asked for, and still one line", async () => {
    const { lines, logger } = await logInto({ format: "pretty" });
    logger.warn({ code: "X" }, "Careful");
    expect(lines.join("")).toMatch(/WARN.*: Careful.*"code":"X"/);
    expect(lines.join("").trim().split("\n")).toHaveLength(1);
  });

  test("has of an error what helps, and not what drivers hang on it", async () => {
    const { lines, logger } = await logInto();
    const cause = Object.assign(new Error("duplicate key"), { detail: "hunter2", query: "hunter2" });
    logger.error({ err: new Error("outer", { cause }) }, "failed");
    expect(parse(lines[0])["err"]).toMatchObject({ message: "outer", cause: { message: "duplicate key" } });
    expect(lines[0]).not.toContain("hunter2");
  });
});

describe("the level", () => {
  test("of the command line wins over the environment, that over the file", () => {
    expect(chooseLogLevel("debug", "warn", "info")).toBe("debug");
    expect(chooseLogLevel(undefined, "WARN", "info")).toBe("warn");
    expect(chooseLogLevel(undefined, "", "info")).toBe("info");
    expect(chooseLogLevel(undefined, undefined, "info")).toBe("info");
  });

  test("that is none names its setting", () => {
    expect(() => chooseLogLevel(undefined, "loud", "info")).toThrow(
      expect.objectContaining({ code: "CONFIG_VALUE_UNKNOWN", hint: expect.stringContaining("LOG_LEVEL") }),
    );
  });
});

describe("the line of a request", () => {
  const facts = {
    executionId: "e-1",
    requestId: "r-1",
    method: "GET",
    route: "/orchestrator/customers/{customer_id}",
    status: 200,
    durationMs: 1.23456,
    problem: undefined,
  };

  test("has its ids, its route, its status and its time", async () => {
    const { lines, logger } = await logInto();
    logRequest(logger, facts);
    const { time, ...line } = parse(lines[0]);
    expect(time).toBeTypeOf("string");
    expect(line).toEqual({
      level: "info",
      execution_id: "e-1",
      request_id: "r-1",
      method: "GET",
      route: "/orchestrator/customers/{customer_id}",
      status: 200,
      duration_ms: 1.235,
      msg: "request",
    });
  });

  test("of one that failed is a warning with code, step and source", async () => {
    const { lines, logger } = await logInto();
    const found = problem("SOURCE_UNREACHABLE", {}, { step: "credit", source: "api.credit" });
    logRequest(logger, { ...facts, status: 502, problem: found });
    expect(parse(lines[0])).toMatchObject({
      level: "warn",
      code: "SOURCE_UNREACHABLE",
      step: "credit",
      source: "api.credit",
    });
  });
});
