import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startProject, type RunningProject } from "../scenarios/project.js";

const schema = `
CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0));
CREATE TABLE ledger (id INTEGER PRIMARY KEY, note VARCHAR(40));
CREATE TABLE audit (id INTEGER PRIMARY KEY);
INSERT INTO accounts VALUES (1, 1000), (2, 1000), (3, 1000), (4, 1000), (5, 1000);
`;
const total = 5_000;

/** Statements that make the tables of the bank. */
export const bankTables = schema.split(";").filter((statement) => statement.trim() !== "");

const operations = `
  operations:
    balance: { query: "SELECT balance FROM accounts WHERE id = :id", params: { id: { type: integer } }, returns: value }
    add: { query: "UPDATE accounts SET balance = balance + :amount WHERE id = :id", params: { id: { type: integer }, amount: { type: integer } } }
    note: { query: "INSERT INTO ledger (id, note) VALUES (:id, :note)", params: { id: { type: integer } } }
    audit: { query: "INSERT INTO audit (id) VALUES (:id)", params: { id: { type: integer } } }
    state: { query: "SELECT (SELECT sum(balance) FROM accounts) AS total, (SELECT count(*) FROM audit) AS audits", returns: one }
    notes: { query: SELECT id FROM ledger ORDER BY id }
    audits: { query: SELECT id FROM audit ORDER BY id }
`;

const domain = `
endpoints:
  transfer:
    timeout: 20s
    request:
      body:
        type: object
        required: [id, from, to, amount, mishap]
        properties:
          id: { type: integer }
          from: { type: integer }
          to: { type: integer }
          amount: { type: integer }
          mishap: { type: string }
    transaction: { source: default, isolation: repeatable_read, retry: { attempts: 5 } }
    data_sources:
      - { name: before, type: database, operation: balance, params: { id: $request.from } }
      - { name: debit, type: database, operation: add, params: { id: $request.from, amount: "{{ -$request.amount }}" } }
      - name: overdraft
        type: database
        operation: add
        params: { id: $request.from, amount: -1000000 }
        on_error: { value: null }
      - { name: bank, type: api, operation: ask, params: { mishap: $request.mishap }, timeout: 300ms }
      - name: note
        type: database
        operation: note
        params: { id: $request.id, note: $bank.note }
      - { name: credit, type: database, operation: add, params: { id: $request.to, amount: $request.amount } }
      - { name: after_it, type: database, operation: balance, params: { id: $request.from } }
      - { name: audit, type: database, operation: audit, params: { id: $request.id }, after: commit }
    reject:
      - { when: $request.mishap == 'refuse' && $before != null, status: 422 }
    response_mapping: { before: $before, after: $after_it, overdraft: $overdraft }
  state: { data_sources: [{ name: it, type: database, operation: state }] }
  notes: { data_sources: [{ name: it, type: database, operation: notes }] }
  audits: { data_sources: [{ name: it, type: database, operation: audits }] }
`;

const mishaps = ["none", "none", "fail", "none", "slow", "hang up", "none", "refuse"];

/** The must of all transactions, through a real service: whatever happens between the steps, nothing is half done. */
export function transfers(dialect: string, sourceOf: () => Promise<string>): void {
  test(`${dialect}: 200 transfers at once, with failures, time-outs and hang-ups between their steps`, async () => {
    const hungUp = new Map<string, () => void>();
    const project = await bank(await sourceOf(), (mishap) => hungUp.get(mishap)?.());
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, id) => {
        const mishap = mishaps[id % mishaps.length]!;
        const controller = new AbortController();
        const word = mishap === "hang up" ? `hang up ${id}` : mishap;
        hungUp.set(word, () => controller.abort());
        const from = (id % 5) + 1;
        const body = { id, from, to: (from % 5) + 1, amount: 1 + (id % 3), mishap: word };
        return project
          .send({
            target: "/orchestrator/bank/transfer",
            method: "POST",
            body: JSON.stringify(body),
            signal: controller.signal,
          })
          .then(
            (reply) => ({ id, mishap, status: reply.status, body: reply.body, amount: body.amount }),
            () => ({ id, mishap, status: 0, body: "", amount: body.amount }),
          );
      }),
    );
    const numbers = async (name: string) =>
      ((await read(project, name)) as { id: number }[]).map(({ id }) => id);
    await expect
      .poll(async () => isQuiet(await numbers("notes"), await numbers("audits")), { timeout: 20_000 })
      .toBe(true);
    const { total: found } = (await read(project, "state")) as { total: unknown };
    expect(Number(found)).toBe(total);
    const noted = await numbers("notes");
    const done = replies.filter(({ status }) => status === 200).map(({ id }) => id);
    expect(noted).toEqual(done);
    expect(done.length).toBeGreaterThan(10);
    const statusesOf = (mishap: string) =>
      new Set(replies.filter((each) => each.mishap === mishap).map(({ status }) => status));
    for (const mishap of ["hang up", "fail", "slow", "refuse"]) {
      expect([...statusesOf(mishap)]).not.toContain(200);
    }
    expect(statusesOf("hang up")).toContain(0);
    const [first] = replies.filter(({ status }) => status === 200);
    const { before, after, overdraft } = JSON.parse(first!.body) as Record<string, number | null>;
    expect([before! - after!, overdraft]).toEqual([first!.amount, null]);
  }, 120_000);
}

/** What was committed was audited: nothing is under way any more. */
function isQuiet(noted: readonly number[], audited: readonly number[]): boolean {
  return JSON.stringify(noted) === JSON.stringify(audited);
}

async function read(project: RunningProject, name: string): Promise<unknown> {
  return JSON.parse((await project.send({ target: `/orchestrator/bank/${name}` })).body);
}

/** `source` is the YAML of the keys of the database; `hangUp` is told of every call of the bank that means one. */
async function bank(source: string, hangUp: (mishap: string) => void): Promise<RunningProject> {
  const url = await startBank(hangUp);
  const lines = source.trim().split("\n").join("\n      ");
  return startProject(
    {
      "data/schema.sql": schema,
      "config/database.yaml": `database:\n  sources:\n    default:\n      ${lines}${operations}`,
      "config/integrations/api_sources.yaml": `api:\n  sources:\n    bank:\n      base_url: ${url}\n      operations: { ask: { path: "/ask/{mishap}" } }\n`,
      "config/domains/bank.yaml": domain,
    },
    { DB_PASSWORD: "secret-password" },
  );
}

async function startBank(hangUp: (mishap: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    const mishap = decodeURIComponent(request.url!.split("/").at(-1)!);
    response.setHeader("content-type", "application/json");
    if (mishap.startsWith("hang up")) hangUp(mishap);
    else if (mishap === "fail") response.writeHead(500).end("{}");
    else if (mishap !== "slow") response.end(JSON.stringify({ note: mishap }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
