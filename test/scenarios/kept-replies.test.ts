import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { startProject, type Reply, type RunningProject } from "./project.js";
import { jsonAnswer, watchedUpstream } from "./watched-upstream.js";

const sources = (url: string, operation = "path: /it") => `api:
  sources:
    shop:
      base_url: ${url}
      operations:
        get: { ${operation} }
        set: { path: /it, method: PUT, invalidates: [it] }
`;
const domain = (keys: string) => `endpoints:
  it: { cache: { ttl: 1h }, data_sources: [{ name: it, type: api, operation: get }], ${keys} }
`;
const ask = { target: "/orchestrator/test/it" };
const file = "config/integrations/api_sources.yaml";
const domainFile = "config/domains/test.yaml";

/** An upstream that counts its answers, and a project in front of it. */
async function counting(keys = "", operation?: string) {
  let count = 0;
  const upstream = await watchedUpstream((socket) => socket.write(jsonAnswer(`answer ${++count}`)));
  const project = await startProject({
    [file]: sources(upstream.url, operation),
    [domainFile]: domain(keys),
  });
  return { upstream, project };
}

const keptPrivately = expect.stringMatching(/^private, max-age=3(600|5\d\d)$/) as unknown;
const headersOf = ({ headers }: Reply, ...names: string[]) => names.map((name) => headers[name]);
const bodyOf = async (project: RunningProject, headers: Record<string, string> = {}) =>
  JSON.parse((await project.send({ ...ask, headers })).body) as string;

test("1,000 callers of one cold endpoint are one run, and the first may hang up", async () => {
  const answers: (() => void)[] = [];
  const upstream = await watchedUpstream(
    (socket) => void answers.push(() => socket.write(jsonAnswer("one"))),
  );
  const project = await startProject({ [file]: sources(upstream.url), [domainFile]: domain("") });
  const leader = new AbortController();
  const first = project.send({ ...ask, signal: leader.signal }).catch(() => "hung up");
  await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(1);
  const others = Array.from({ length: 999 }, () => project.send(ask));
  leader.abort();
  expect(await first).toBe("hung up");
  answers[0]!();
  const replies = await Promise.all(others);
  expect(new Set(replies.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(['200 "one"']));
  expect(new Set(replies.map(({ headers }) => headers["x-execution-id"])).size).toBe(999);
  expect(upstream.requests().length).toBe(1);
}, 60_000);

test("callers whose credentials reach the API never share a reply, unless it is said", async () => {
  const forward = "path: /it, forward: { headers: [authorization] }";
  const { project } = await counting("", forward);
  expect(await bodyOf(project, { authorization: "Bearer ada" })).toBe("answer 1");
  expect(await bodyOf(project, { authorization: "Bearer bob" })).toBe("answer 2");
  expect(await bodyOf(project)).toBe("answer 3");
  expect(await bodyOf(project, { authorization: "Bearer ada" })).toBe("answer 1");
  const reply = await project.send({ ...ask, headers: { authorization: "Bearer ada" } });
  expect(headersOf(reply, "vary", "cache-control")).toEqual(["authorization", keptPrivately]);

  const { project: shared } = await counting("", forward);
  await shared.reload({
    [domainFile]: domain("").replace("ttl: 1h", "ttl: 1h, key_ignores: [$request.headers.authorization]"),
  });
  expect(await bodyOf(shared, { authorization: "Bearer ada" })).toBe("answer 1");
  expect(await bodyOf(shared, { authorization: "Bearer bob" })).toBe("answer 1");
});

test("callers who ask for the same at once with different credentials do not join", async () => {
  const answers: (() => void)[] = [];
  const upstream = await watchedUpstream((socket) => {
    const number = answers.length + 1;
    answers.push(() => socket.write(jsonAnswer(number)));
  });
  const project = await startProject({
    [file]: sources(upstream.url, "path: /it, forward: { headers: [x-api-key] }"),
    [domainFile]: domain(""),
  });
  const ada = bodyOf(project, { "x-api-key": "ada" });
  await expect.poll(() => answers.length).toBe(1);
  const bob = bodyOf(project, { "x-api-key": "bob" });
  await expect.poll(() => answers.length).toBe(2);
  for (const answer of answers) answer();
  expect([await ada, await bob]).toEqual([1, 2]);
});

test("a reload that changes the endpoint or what it calls never serves the old reply; another keeps it", async () => {
  const upstream = await watchedUpstream((socket, line) => socket.write(jsonAnswer(line.split(" ")[1])));
  const project = await startProject({ [file]: sources(upstream.url, "path: /a"), [domainFile]: domain("") });
  expect(await bodyOf(project)).toBe("/a");
  await project.reload({ [domainFile]: `# a remark\n${domain("")}` });
  expect(await bodyOf(project)).toBe("/a");
  expect(upstream.requests().length).toBe(1);
  await project.reload({ [file]: sources(upstream.url, "path: /b") });
  expect(await bodyOf(project)).toBe("/b");
  await project.reload({ [domainFile]: domain('response_mapping: "{{ $it }}!"') });
  expect(await bodyOf(project)).toBe("/b!");
  await project.reload({
    [domainFile]: `constants: { END: "?" }\n${domain('response_mapping: "{{ $it }}{{ $const.END }}"')}`,
  });
  expect(await bodyOf(project)).toBe("/b?");
  await project.reload({
    [domainFile]: `constants: { END: "." }\n${domain('response_mapping: "{{ $it }}{{ $const.END }}"')}`,
  });
  expect(await bodyOf(project)).toBe("/b.");
});

test("a caller who has the reply gets 304, and HEAD has the headers alone", async () => {
  const { project, upstream } = await counting("response_headers: { x-own: yes }");
  const first = await project.send(ask);
  const etag = String(first.headers["etag"]);
  expect(etag).toMatch(/^W\/"[\w-]{27}"$/);
  expect(headersOf(first, "cache-control", "vary", "age")).toEqual([
    "public, max-age=3600",
    undefined,
    undefined,
  ]);
  for (const known of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
    const reply = await project.send({ ...ask, headers: { "if-none-match": known } });
    expect([reply.status, reply.body]).toEqual([304, ""]);
    expect(headersOf(reply, "etag", "content-type", "x-own", "x-orchestrator-complete")).toEqual([
      etag,
      undefined,
      "yes",
      "true",
    ]);
  }
  const changed = await project.send({ ...ask, headers: { "if-none-match": '"other"' } });
  expect([changed.status, changed.body]).toEqual([200, '"answer 1"']);
  const head = await project.send({ ...ask, method: "HEAD" });
  expect([head.status, head.body, ...headersOf(head, "etag", "content-length", "content-type")]).toEqual([
    ...[200, "", etag, '"answer 1"'.length.toString(), "application/json; charset=utf-8"],
  ]);
  expect(upstream.requests().length).toBe(1);
});

test("a caller who has a reply that was not kept any more, but is the same, gets 304 too", async () => {
  const upstream = await watchedUpstream((socket) => socket.write(jsonAnswer("same")));
  const project = await startProject({ [file]: sources(upstream.url), [domainFile]: domain("") });
  const { headers } = await project.send(ask);
  await project.reload({ [domainFile]: domain("description: another") });
  const again = await project.send({ ...ask, headers: { "if-none-match": String(headers["etag"]) } });
  expect([again.status, upstream.requests().length]).toEqual([304, 2]);
});

test("headers that the endpoint writes itself stay", async () => {
  const own =
    'response_headers: { ETag: "{{ \'\\"v1\\"\' }}", Cache-Control: no-cache, Content-Type: text/plain }';
  const { project } = await counting(own);
  await project.send(ask);
  const reply = await project.send(ask);
  expect(headersOf(reply, "etag", "cache-control", "content-type")).toEqual([
    '"v1"',
    "no-cache",
    "text/plain",
  ]);
  expect((await project.send({ ...ask, headers: { "if-none-match": '"v1"' } })).status).toBe(304);
});

test("a reply that is not kept is not to be kept by anyone else", async () => {
  const upstream = await watchedUpstream((socket) => socket.destroy());
  const project = await startProject({
    [file]: sources(upstream.url),
    [domainFile]: domain("response_mapping: $it").replace(
      "operation: get",
      "operation: get, on_error: { value: none }",
    ),
  });
  const reply = await project.send(ask);
  expect([reply.body, ...headersOf(reply, "cache-control", "etag", "x-orchestrator-complete")]).toEqual([
    ...['"none"', "no-store", undefined, "false"],
  ]);
});

test("an endpoint without `cache` has none of the headers", async () => {
  const upstream = await watchedUpstream((socket) => socket.write(jsonAnswer("one")));
  const project = await startProject({
    [file]: sources(upstream.url),
    [domainFile]: domain("").replace("cache: { ttl: 1h }, ", ""),
  });
  const reply = await project.send({ ...ask, headers: { "if-none-match": "*" } });
  expect([reply.status, ...headersOf(reply, "etag", "cache-control", "vary")]).toEqual([
    ...[200, undefined, undefined, undefined],
  ]);
});

test("the body of a POST tells replies apart, which have no headers for caches", async () => {
  const { project } = await counting(
    "request: { body: { type: object } }, response_mapping: [$request.body.a, $it]",
  );
  const post = (body: string) => project.send({ ...ask, method: "POST", body });
  expect((await post('{"a": 1, "b": 1}')).body).toBe('[1,"answer 1"]');
  expect((await post('{"a": 2}')).body).toBe('[2,"answer 2"]');
  const again = await post('{"b": 2, "a": 1}');
  expect([again.body, ...headersOf(again, "etag", "cache-control")]).toEqual([
    '[1,"answer 1"]',
    undefined,
    undefined,
  ]);
});

test("a header that expressions read is in Vary, and tells replies apart", async () => {
  const { project } = await counting(
    "request: { headers: { accept-language: {} } }, response_mapping: [\"{{ $request.headers['accept-language'] }}\", $it]",
  );
  const reply = await project.send({ ...ask, headers: { "accept-language": "de" } });
  expect(headersOf(reply, "vary", "cache-control")).toEqual(["accept-language", "public, max-age=3600"]);
  expect((await project.send({ ...ask, headers: { "accept-language": "fr" } })).body).toBe(
    '["fr","answer 2"]',
  );
});

test("a reply that depends on the caller's address is private", async () => {
  const { project } = await counting("response_mapping: [$system.client_ip, $it]");
  expect(headersOf(await project.send(ask), "cache-control")).toEqual(["private, max-age=3600"]);
});

test("a write with `invalidates` drops the replies that have the tag", async () => {
  let count = 0;
  const upstream = await watchedUpstream((socket) => socket.write(jsonAnswer(++count)));
  const project = await startProject({
    [file]: sources(upstream.url),
    [domainFile]: `${domain("").replace("ttl: 1h", "ttl: 1h, tags: [it]")}  change:
    method: PUT
    data_sources: [{ name: it, type: api, operation: set }]
`,
  });
  await project.send(ask);
  expect(await project.send(ask)).toMatchObject({ body: "1" });
  await project.send({ target: "/orchestrator/test/change", method: "PUT" });
  expect(await project.send(ask)).toMatchObject({ body: "3" });
});

test("behind `auth` replies are private, and those that depend on who calls are never shared", async () => {
  let count = 0;
  const upstream = await watchedUpstream((socket) => socket.write(jsonAnswer(++count)));
  const keys = { ada: "ada-key-0123456789abcdef", bob: "bob-key-0123456789abcdef" };
  const digest = (key: string) => createHash("sha256").update(key).digest("hex");
  const project = await startProject({
    [file]: sources(upstream.url),
    "config/config.yaml": "auth: { api_keys: {} }",
    "data/api-keys.yaml": `keys:
${Object.entries(keys)
  .map(([name, key]) => `  - { name: ${name}, sha256: ${digest(key)} }`)
  .join("\n")}
`,
    [domainFile]: `endpoints:
  own: { auth: api_key, cache: { ttl: 1h }, data_sources: [{ name: it, type: api, operation: get }], response_mapping: [$auth.key_id, $it] }
  same: { auth: api_key, cache: { ttl: 1h }, data_sources: [{ name: it, type: api, operation: get }] }
`,
  });
  const get = (endpoint: string, key: string) =>
    project.send({ target: `/orchestrator/test/${endpoint}`, headers: { "x-api-key": key } });
  expect((await get("own", keys.ada)).body).toBe('["ada",1]');
  expect((await get("own", keys.bob)).body).toBe('["bob",2]');
  const again = await get("own", keys.ada);
  expect([again.body, ...headersOf(again, "cache-control", "vary")]).toEqual([
    ...['["ada",1]', keptPrivately, "x-api-key"],
  ]);
  expect([(await get("same", keys.ada)).body, (await get("same", keys.bob)).body]).toEqual(["3", "3"]);
  const refused = await get("same", "other");
  expect([refused.status, ...headersOf(refused, "cache-control")]).toEqual([401, "no-store"]);
});
