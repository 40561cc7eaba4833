import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { feastProject, fixtures } from "./feast-project.js";
import { differences } from "./recorded-case.js";
import type { SourceProject } from "../source-project.js";

/** A request that no client means to send, and what Feast 0.67 answered to it over the repository `sqlite-v3`. */
interface OddCase {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In place of `body`, in hexadecimal digits: what is no text. */
  readonly bytes?: string;
  readonly status: number;
  readonly allow?: string;
  readonly response_text: string;
}

const cases = readFileSync(join(fixtures, "odd-cases.jsonl"), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as OddCase);

/** What is answered otherwise, and why: the status, or `words` where only the words are others. */
const exceptions: readonly (readonly [names: RegExp, answer: number | "words", reason: string])[] = [
  [/^(noct|form|text)$/, 200, "a body is JSON whatever its content type, as it was before Feast 0.67"],
  [/^ignored col (huge|neg|i64)$/, 200, "what is ignored is not converted first"],
  [/^(int64|int32|ts) s[78]$/, 400, "digits of other scripts are not read"],
  [/^surrogate key$/, 200, "half of a pair is a text that no row has, not a fault of the encoder"],
  [/^(empties|empty extra|empty needed|no entities\+dummy)/, "words", "no list of all keys of the project"],
  [/^feats full .*@latest.*, /, 400, "two columns would have one name"],
  [/^feats .*discounted:|^odfv partial/, 501, "needs Python, and no feature server is configured"],
  [/^feats .*offline_only:/, "words", "names no table of the store"],
  [/^feats \[.*, .*, .*segment/, "words", "Feast names these in the order of a set"],
  [/^(GET|POST) \/(push|materialize|write-to-online-store|retrieve|search|chat|v1)/, 404, "only reads"],
  [/^(GET|POST) \/(docs|openapi|redoc|static)/, 404, "describes itself elsewhere"],
  [
    /^POST \/get-online-features\/+$/,
    200,
    "answered where Feast sends callers on to the path without slashes",
  ],
  [/^GET \/health\/$/, 200, "answered where Feast sends callers on to the path without slashes"],
  [/^(GET \/get-online-features|POST \/health)\/+$/, 405, "answered where Feast sends callers on"],
  [/%/, 404, "escapes in paths that need none are not read"],
];

let project: SourceProject;
let url: string;
beforeAll(async () => {
  project = feastProject({ repository: "sqlite-v3", source: "repo_path: repo\nexpose: true" });
  const { app } = await project.open();
  url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/orchestrator/feast/default`;
});
afterAll(() => project.close());

for (const odd of cases) {
  const [, answer, reason] = exceptions.find(([names]) => names.test(odd.name)) ?? [];
  test(reason === undefined ? odd.name : `${odd.name}: ${reason}`, async () => {
    const { method, path, headers, body, bytes, status, allow } = odd;
    const sent = bytes === undefined ? body && Buffer.from(body) : Buffer.from(bytes, "hex");
    const response = await fetch(url + path, { method, headers, ...(sent && { body: sent }) });
    const text = await response.text();
    if (typeof answer === "number") return expect(response.status, text).toBe(answer);
    if (status === 200) {
      return expect(`${response.status} ${differences(odd.response_text, text, "columns move")}`).toBe(
        "200 ",
      );
    }
    expect(response.headers.get("allow") ?? undefined).toBe(allow);
    if (status < 500) expect(response.status, text).toBe(status);
    else expect(Math.floor(response.status / 100), text).toBe(4);
    if (answer !== "words") expect(text).toBe(odd.response_text);
  });
}

test("each exception is one", () => {
  const unused = exceptions.filter(([names]) => !cases.some(({ name }) => names.test(name)));
  expect(unused).toEqual([]);
});
