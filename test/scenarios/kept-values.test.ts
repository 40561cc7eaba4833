import { expect, test } from "vitest";
import { startProject } from "./project.js";
import { jsonAnswer, watchedUpstream } from "./watched-upstream.js";

const source = (url: string, operation: string) => `api:
  sources:
    shop:
      base_url: ${url}
      operations:
        get: { ${operation} }
`;
const domain = `endpoints:
  it: { data_sources: [{ name: it, type: api, operation: get }] }
`;
const ask = { target: "/orchestrator/test/it" };
const cache = "cache: { ttl: 1h }";

test("1,000 callers of one cold key are one request to the API", async () => {
  const answers: (() => void)[] = [];
  const upstream = await watchedUpstream(
    (socket) => void answers.push(() => socket.write(jsonAnswer("one"))),
  );
  const project = await startProject({
    "config/integrations/api_sources.yaml": source(upstream.url, `path: /it, ${cache}`),
    "config/domains/test.yaml": domain,
  });
  const leader = new AbortController();
  const first = project.send({ ...ask, signal: leader.signal }).catch(() => "hung up");
  await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(1);
  const others = Array.from({ length: 999 }, () => project.send(ask));
  leader.abort();
  expect(await first).toBe("hung up");
  answers[0]!();
  const bodies = (await Promise.all(others)).map(({ status, body }) => `${status} ${body}`);
  expect(new Set(bodies)).toEqual(new Set(['200 "one"']));
  expect(upstream.requests().length).toBe(1);
}, 60_000);

test("callers whose credentials reach the API never share, unless it is said", async () => {
  let count = 0;
  const upstream = await watchedUpstream((socket) => socket.write(jsonAnswer(`answer ${++count}`)));
  const forward = "forward: { headers: [authorization, accept-language] }";
  const own = await startProject({
    "config/integrations/api_sources.yaml": source(upstream.url, `path: /it, ${forward}, ${cache}`),
    "config/domains/test.yaml": domain,
  });
  const body = async (project: typeof own, headers: Record<string, string>) =>
    JSON.parse((await project.send({ ...ask, headers })).body) as string;
  expect(await body(own, { authorization: "Bearer ada" })).toBe("answer 1");
  expect(await body(own, { authorization: "Bearer bob" })).toBe("answer 2");
  expect(await body(own, {})).toBe("answer 3");
  expect(await body(own, { authorization: "Bearer ada" })).toBe("answer 1");

  const shared = await startProject({
    "config/integrations/api_sources.yaml": source(
      upstream.url,
      `path: /it, ${forward}, cache: { ttl: 1h, shared: true }`,
    ),
    "config/domains/test.yaml": domain,
  });
  expect(await body(shared, { authorization: "Bearer ada" })).toBe("answer 4");
  expect(await body(shared, { authorization: "Bearer bob" })).toBe("answer 4");
  expect(await body(shared, { authorization: "Bearer bob", "accept-language": "de" })).toBe("answer 5");
});

test("an address of the caller that is sent to the API counts", async () => {
  const upstream = await watchedUpstream((socket, line) => socket.write(jsonAnswer(line)));
  const project = await startProject({
    "config/integrations/api_sources.yaml": source(
      upstream.url,
      `path: /it, query: { path: $system.path, id: $system.request_id }, ${cache}`,
    ),
    "config/domains/test.yaml": `${domain}  other: { data_sources: [{ name: it, type: api, operation: get }] }\n`,
  });
  const first = await project.send(ask);
  expect((await project.send(ask)).body).toBe(first.body);
  expect((await project.send({ target: "/orchestrator/test/other" })).body).not.toBe(first.body);
});

test("a reload that changes the operation never gives the old value; one that does not keeps it", async () => {
  const upstream = await watchedUpstream((socket, line) => socket.write(jsonAnswer(line.split(" ")[1])));
  const file = "config/integrations/api_sources.yaml";
  const project = await startProject({
    [file]: source(upstream.url, `path: /old, ${cache}`),
    "config/domains/test.yaml": domain,
  });
  const body = async () => JSON.parse((await project.send(ask)).body) as string;
  expect(await body()).toBe("/old");
  expect(await project.reload({ "config/domains/test.yaml": `# a remark\n${domain}` })).toBe("reloaded");
  expect(await body()).toBe("/old");
  expect(upstream.requests().length).toBe(1);
  expect(await project.reload({ [file]: source(upstream.url, `path: /new, ${cache}`) })).toBe("reloaded");
  expect(await body()).toBe("/new");
});

test("a reload that changes a file of the operation never gives the old value", async () => {
  const database = `database:
  sources: { default: { connection_string: "sqlite:///data/a.db" } }
  operations: { get: { query_file: data/get.sql, returns: value, ${cache} } }
`;
  const project = await startProject({
    "config/database.yaml": database,
    "data/get.sql": "SELECT 'old'",
    "config/domains/test.yaml": `endpoints:
  it: { data_sources: [{ name: it, type: database, operation: get }] }
`,
  });
  expect((await project.send(ask)).body).toBe('"old"');
  await project.reload({ "data/get.sql": "SELECT 'new'" });
  expect((await project.send(ask)).body).toBe('"new"');
});
