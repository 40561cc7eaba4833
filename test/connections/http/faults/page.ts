import { expected, type Outcome } from "./expected.js";
import { faults } from "./upstreams.js";

/** `docs/faults.md`: the matrix that the test holds the product to. */
export function faultsPage(): string {
  const rows = faults.map(({ name, words }) => [words, ...cells(expected[name]!)]);
  const header = [
    "what the API does",
    "status for the caller",
    "code",
    "requests of a read",
    "requests of a write",
    "longest wait",
    "sockets left at the end",
  ];
  return `${introduction}\n${table([header, ...rows])}\n\n${notes}\n`;
}

/** How long a caller waits at most, in attempts and their time limits: no clock of any machine is in it. */
function cells({ status, code, attempts }: Outcome): readonly string[] {
  const wait =
    status === 504 ? `${attempts.read} × \`timeout\`, and the pauses` : "until it fails, and the pauses";
  return [
    String(status),
    status === 504 ? `\`${code}\`; of a write \`WRITE_OUTCOME_UNKNOWN\`` : `\`${code}\``,
    String(attempts.read),
    String(attempts.write),
    wait,
    "0",
  ];
}

const introduction = `# When an API misbehaves

<!-- Made by test/connections/http/fault-matrix.test.ts from what it tests. Run it with UPDATE_PAGES=1 to write it anew. -->

Each line is a test against a real server on a socket. The source has \`timeout: 250ms\`, \`max_response: 1mb\` and \`retry: { attempts: 3 }\`; a write has no idempotency key. A dash stands where no request can arrive; the connection itself is then tried three times, for a write too, because it is certain that nothing was sent.
`;

const notes = `- 401, 404 and the like are answers: repeating the same request would give the same one. 429 and 500 are repeated only where \`when\` lists them.
- A write is sent again only when nothing of it can have arrived, or when it has an \`idempotency_key\`.
- \`Retry-After\` is obeyed; where it ends after the deadline the call fails at once.
- When a caller hangs up, or nobody needs an answer any more, its connection is closed.
- A connection whose answer came whole is kept for the next call; every other one is closed, and replaced by a fresh one. None is left when the service has stopped.
- No reply holds a body, a URL or a host of the API, and no line of the log holds a body.`;

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [header, ...rest] = rows.map(line);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [header, rule, ...rest].join("\n");
}
