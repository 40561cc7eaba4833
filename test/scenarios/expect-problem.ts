import { expect } from "vitest";
import type { Reply } from "./project.js";

/** Words that only the inside of a service knows: where it runs, what it asks, what went wrong in its code. */
const inside =
  /127\.0\.0\.1|localhost|node:|node_modules|\.ts\b|\.js\b|\/tmp|\bat \w+ \(|SELECT|sqlite|ECONN/i;

/**
 * Holds a reply to being problem details with this status and code. Neither a header nor the body may have anything
 * of the inside of the service, nor any of the `secrets`. The path of the request stands in `instance` alone; dates and
 * ids are left out, for they may look like anything.
 */
export function expectProblem(
  reply: Reply,
  status: number,
  code: string,
  secrets: readonly string[] = [],
): void {
  const { body, headers } = reply;
  expect({ status: reply.status, type: headers["content-type"] }, body).toEqual({
    status,
    type: "application/problem+json; charset=utf-8",
  });
  const details = JSON.parse(body) as Record<string, unknown>;
  expect(details, body).toMatchObject({ status, code });
  const known = ["code", "detail", "errors", "execution_id", "instance", "status", "title", "type"];
  expect(Object.keys(details).filter((key) => !known.includes(key))).toEqual([]);
  expectNothingInside({ ...details, instance: undefined, execution_id: undefined }, secrets);
  expectNothingInside({ ...headers, date: undefined, "x-execution-id": undefined }, secrets);
}

function expectNothingInside(value: unknown, secrets: readonly string[]): void {
  const text = JSON.stringify(value);
  expect(text).not.toMatch(inside);
  for (const secret of secrets) expect(text).not.toContain(secret);
}
