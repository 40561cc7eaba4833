import { expect, test } from "vitest";
import { LogOutput } from "../../src/observe/log-output.js";
import { createLogger } from "../../src/observe/logger.js";
import { maskOf } from "../../src/observe/mask.js";

async function linesOf(secrets: readonly string[], write: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  const output = new LogOutput({ write: (line) => void lines.push(line) });
  await output.configure({ format: "json", secrets });
  write(createLogger("info", output));
  return lines;
}

test("values of secrets appear in no line, wherever they flowed", async () => {
  const secret = 'pass"word\\1';
  const lines = await linesOf([secret], (logger) => {
    logger.info({ url: `http://user:${secret}@host` }, `said ${secret}`);
    logger.error({ err: new Error(`cannot use ${secret}`, { cause: new Error(secret) }) }, "failed");
  });
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).not.toContain("word\\\\1");
    expect(() => void JSON.parse(line)).not.toThrow();
  }
});

test("facts whose names are those of secrets are hidden, whatever their value", async () => {
  const [line] = await linesOf([], (logger) => {
    logger.info(
      { password: "x", headers: { Authorization: "Bearer y", accept: "z" }, token: undefined },
      "plug-in",
    );
  });
  expect(JSON.parse(line!)).toMatchObject({
    password: "***",
    headers: { Authorization: "***", accept: "z" },
  });
});

test("a fact is hidden in the line alone, not in the object that was logged", async () => {
  const facts = { headers: { cookie: "a=b" } };
  await linesOf([], (logger) => logger.info(facts, "plug-in"));
  expect(facts.headers.cookie).toBe("a=b");
});

test("short values are left alone, and of two that overlap the longer one is hidden", () => {
  expect(maskOf(["abc", "long-secret", "long-secret-2"])("abc long-secret-2 long-secret")).toBe(
    "abc *** ***",
  );
});
