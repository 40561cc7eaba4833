import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer } from "./model-server.js";

const endpoints = `
score:
  request: { query_params: { age: { type: integer } } }
  timeout: 8s
  data_sources:
    - { name: score, type: ml, params: { features: { age: $request.age } } }
  response_mapping: $score
`;

/** A model that adds one to the age it is given. */
const model = `
  const { createServer } = require("node:http");
  createServer((request, reply) => {
    if (request.url === "/health") return reply.end("ok");
    let text = "";
    request.on("data", (bytes) => (text += bytes)).on("end", () => {
      reply.setHeader("content-type", "application/json");
      reply.end(JSON.stringify({ got: JSON.parse(text), mode: process.env.MODE, pid: process.pid }));
    });
  }).listen(process.argv[2], "127.0.0.1", () => console.log("listening"));
`;

function processProject(keys: string, text = model): MlProject {
  const source = `type: process\ncommand: [node, model.cjs, "{port}"]\nstop_timeout: 1s\n${keys}`;
  const project = mlProject({
    source,
    endpoints,
    files: { "model.cjs": text },
    env: { PATH: process.env["PATH"]! },
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  return project;
}

const ask = async (app: Awaited<ReturnType<MlProject["open"]>>["app"]) => {
  const { statusCode, body } = await app.inject({ url: "/orchestrator/models/score?age=7", method: "GET" });
  return { status: statusCode, body: JSON.parse(body) as Record<string, unknown> };
};

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("a model that this service starts: questions wait for it, and it ends with the service", async () => {
  const project = processProject("environment: { MODE: fast }\nready: { path: /health }");
  const { app } = await project.open();
  const { status, body } = await ask(app);
  expect(status).toBe(200);
  expect(JSON.stringify(body)).toContain('"age":7');
  expect(body).toMatchObject({ mode: "fast" });
  expect(project.log).toContainEqual({
    ...{ level: "info", message: "listening" },
    ...{ source: "ml.default", stream: "stdout" },
  });
  await project.close();
  expect(isAlive(body["pid"] as number)).toBe(false);
});

test("`lazy` starts it at the first question", async () => {
  const project = processProject("start: lazy");
  const { app } = await project.open();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(project.log).toEqual([]);
  expect((await ask(app)).status).toBe(200);
});

test("a model that cannot start does not stop the service: 503, and the reason is in the log and for the operator", async () => {
  const project = processProject("restart: never", `console.error("no weights"); process.exit(2);`);
  const { app, service } = await project.open();
  const { status, body } = await ask(app);
  expect([status, body["code"]]).toEqual([503, "MODEL_NOT_READY"]);
  expect(JSON.stringify(body)).not.toContain("code 2");
  const [state] = await service.probeSources();
  expect(state!.problem).toMatchObject({
    code: "MODEL_NOT_READY",
    facts: { reason: "before it was ready, it ended with code 2" },
  });
  expect(project.log).toContainEqual(
    expect.objectContaining({
      level: "error",
      lines: ["no weights"],
      message: "A model server does not run.",
    }),
  );
});

test("while it does not run, the server at base_url is asked", async () => {
  const other = await modelServer(() => ({ body: { from: "elsewhere" } }));
  onTestFinished(() => other.close());
  const project = processProject(`restart: never\nbase_url: ${other.url}`, "process.exit(2);");
  const { app } = await project.open();
  expect((await ask(app)).body).toEqual({ from: "elsewhere" });
});

test("a crash between two questions: the next one that can be answered is", async () => {
  const project = processProject("");
  const { app } = await project.open();
  const { body } = await ask(app);
  process.kill(body["pid"] as number, "SIGKILL");
  const again = async () => (await ask(app)).body["pid"];
  await expect.poll(again, { timeout: 10_000 }).toBeTypeOf("number");
  expect(await again()).not.toBe(body["pid"]);
});

test("a port that is taken", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const project = processProject(`restart: never\nport: ${port}`);
  const { app, service } = await project.open();
  expect((await ask(app)).status).toBe(503);
  const [state] = await service.probeSources();
  expect(state!.problem!.facts["reason"]).toBe(`something else listens at port ${port} already`);
});

test("`ready: { tcp: true }`: a connection is enough, whatever the protocol would ask", async () => {
  const text = `
    require("node:http").createServer((request, reply) => {
      reply.statusCode = request.method === "GET" ? 404 : 200;
      reply.setHeader("content-type", "application/json");
      reply.end('{"predictions":[1]}');
    }).listen(process.argv[2], "127.0.0.1");
  `;
  const asking = processProject("protocol: kserve_v1\nready: { within: 500ms }\nrestart: never", text);
  expect((await ask((await asking.open()).app)).body["code"]).toBe("MODEL_NOT_READY");
  const connecting = processProject("protocol: kserve_v1\nready: { tcp: true }", text);
  expect((await ask((await connecting.open()).app)).body).toMatchObject({ prediction: 1 });
});

test("`restart: always` starts one again that ended well", async () => {
  const text = `process.on("SIGTERM", () => process.exit(0));\n${model}`;
  const { app } = await processProject("restart: always", text).open();
  const { body } = await ask(app);
  process.kill(body["pid"] as number, "SIGTERM");
  await expect.poll(() => isAlive(body["pid"] as number)).toBe(false);
  const again = async () => (await ask(app)).body["pid"];
  await expect.poll(again, { timeout: 10_000 }).toBeTypeOf("number");
});

test.each(["private_addresses: refuse", "proxy: http://127.0.0.1:9"])(
  "`%s` is of the server at base_url, not of the way to one that is started here",
  async (keys) => {
    const { app } = await processProject(keys).open();
    expect((await ask(app)).status).toBe(200);
  },
);

test.each([
  [
    "two ways to be ready",
    "type: process\ncommand: serve\nready: { path: /, tcp: true }",
    ["ml_config.yaml:6:16 CONFIG_VALUE_INVALID"],
  ],
  ["no command", "type: process", ["ml_config.yaml:4:7 CONFIG_KEY_MISSING"]],
  ["a quote left open", "type: process\ncommand: 'serve \"it'", ["ml_config.yaml:5:16 CONFIG_VALUE_INVALID"]],
  ["an empty command", "type: process\ncommand: []", ["ml_config.yaml:5:16 CONFIG_VALUE_INVALID"]],
  ["a key of a process", "base_url: http://a\nstop_timeout: 1s", ["ml_config.yaml:5:7 MODEL_KEY_MISPLACED"]],
])("%s is a problem of check", (_title, source, problems) => {
  const project = mlProject({ source, endpoints });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual(problems);
});

test("traffic between models: an arm is a model, and a shadow is compared without its name", async () => {
  const server = await modelServer(({ path }) => ({ body: { score: 1, asked: path === "/next" ? 1 : 1 } }));
  onTestFinished(() => server.close());
  const project = mlProject({
    source: `base_url: ${server.url}\nmodels: { v1: { endpoint: /v1 }, v2: { endpoint: /v2 }, next: { endpoint: /next } }`,
    endpoints: `
score:
  request: { query_params: { age: { type: integer } } }
  data_sources:
    - name: score
      type: ml
      params: { features: { age: $request.age } }
      traffic:
        arms: [{ operation: v1, weight: 0 }, { operation: v2, weight: 1 }]
        shadow: [{ operation: next }]
  response_mapping: { arm: $meta.score.arm, score: $score.score }
`,
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  const { app, service } = await project.open();
  expect((await ask(app)).body).toEqual({ arm: "v2", score: 1 });
  await expect
    .poll(() => service.shadowConditions!()[0])
    .toMatchObject({
      ...{ step: "models.score.score", operation: "next" },
      counts: { sent: 1, agreed: 1 },
    });
  expect(server.asked.map(({ path }) => path)).toEqual(["/v2", "/next"]);
});

test("what is wrong in the params of a step with arms is said once", () => {
  const project = mlProject({
    source: "base_url: http://models\nmodels: { v1: {}, v2: {} }",
    endpoints: `
score:
  data_sources:
    - name: score
      type: ml
      params: { feature: {} }
      traffic: { arms: [{ operation: v1, weight: 1 }, { operation: v2, weight: 1 }] }
`,
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual(["models.yaml:6:19 MODEL_PARAM_UNKNOWN"]);
});
