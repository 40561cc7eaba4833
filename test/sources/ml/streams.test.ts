import { once } from "node:events";
import {
  request as sendRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { createApp } from "../../../src/server/app.js";
import { runCommand } from "../../cli/run-command.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { startProject, type RunningProject } from "../../scenarios/project.js";
import { blocksOf } from "../../templates/documented-files.js";
import { tokenServer } from "../api/token-server.js";
import { mlProject } from "./ml-project.js";

/*
 * The model server of these tests is a fake one that speaks as the published API of OpenAI says, over real HTTP: no
 * real OpenAI-compatible server was asked.
 */

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly json: JsonObject;
}

let upstream: LocalServer;
let project: RunningProject;
const asked: Asked[] = [];
afterEach(async () => {
  asked.length = 0;
  await upstream.close();
});

/** The documented project, its models on the fake server. */
async function start(answer: (response: ServerResponse) => void, source = ""): Promise<void> {
  upstream = await serve((request, response) => {
    void text(request).then((body) => {
      asked.push({ path: request.url!, headers: request.headers, json: JSON.parse(body) as JsonObject });
      answer(response);
    });
  });
  const [models, domain] = blocksOf("docs/models.md")
    .map((block) => block.text)
    .filter((each) => each.includes("assistant"));
  project = await startProject(
    {
      "config/config.yaml": "server: { body_limit: 1kb }\n",
      "config/integrations/ml_config.yaml":
        models!.replace("http://127.0.0.1:8000", upstream.url) + source.replaceAll(/^(?=.)/gm, "      "),
      "config/domains/chat.yaml": domain!,
    },
    { MODEL_SECRET: "x" },
  );
}

function open(): { readonly request: ClientRequest; readonly response: Promise<IncomingMessage> } {
  const request = sendRequest({
    ...{ host: "127.0.0.1", port: project.port, method: "POST", path: "/orchestrator/chat" },
    headers: { "content-type": "application/json" },
    agent: false,
  });
  request.on("error", () => undefined);
  request.end('{"question":"Why?"}');
  const response = once(request, "response").then(([found]) => found as IncomingMessage);
  response.catch(() => undefined);
  return { request, response };
}

async function send(): Promise<{
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: object;
}> {
  const sent = { method: "POST", target: "/orchestrator/chat", body: '{"question":"Why?"}' };
  const { status, body, headers } = await project.send(sent);
  return { status, body: JSON.parse(body) as JsonObject, headers };
}

const chunk = (content: string) =>
  `data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;

describe("events of a chat", () => {
  test("come to the caller one by one, as the model sends them", async () => {
    let model: ServerResponse | undefined;
    await start((response) => {
      model = response;
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-secret": "s" });
      response.flushHeaders();
    });
    const reply = await open().response;
    expect([reply.statusCode, reply.headers["content-type"]]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
    ]);
    expect(reply.headers).not.toHaveProperty("x-secret");
    expect(asked).toMatchObject([
      {
        path: "/v1/chat/completions",
        json: {
          model: "llama-3",
          messages: [
            { role: "system", content: "You answer in one sentence." },
            { role: "user", content: "Why?" },
          ],
          stream: true,
          stream_options: { include_usage: true },
        },
      },
    ]);
    // The next one is sent only when the one before has arrived.
    for (const event of [chunk("Be"), ": keep-alive\n\n", chunk("cause"), "data: [DONE]\n\n"]) {
      const next = once(reply, "data");
      model!.write(event);
      expect(String((await next)[0])).toBe(event);
    }
    const end = once(reply, "end");
    model!.end();
    await end;
  });

  test("break off where the model breaks off", async () => {
    await start((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk("Be"), () => setImmediate(() => response.destroy()));
    });
    await expect(open().response.then((reply) => text(reply))).rejects.toThrow();
  });

  test("end at the model when the caller hangs up, before the first one and after it", async () => {
    let seen: ServerResponse | undefined;
    await start((response) => void (seen = response));
    const early = open();
    await expect.poll(() => seen).toBeDefined();
    const closedEarly = once(seen!, "close");
    early.request.destroy();
    await closedEarly;
    seen = undefined;
    const late = open();
    await expect.poll(() => seen).toBeDefined();
    seen!.writeHead(200, { "content-type": "text/event-stream" }).write(chunk("Be"));
    await once(await late.response, "data");
    const closedLate = once(seen!, "close");
    late.request.destroy();
    await closedLate;
    expect(seen!.writableFinished).toBe(false);
  });
});

test("`call` gives the whole answer, which the model is asked for as ever", async () => {
  const message = { role: "assistant", content: "Because." };
  await start((response) => response.end(JSON.stringify({ choices: [{ message, finish_reason: "stop" }] })));
  const { stdout } = await runCommand(project.folder, "call", "chat.chat", "--body", '{"question":"Why?"}');
  expect(JSON.parse(stdout)).toEqual({ text: "Because.", finish_reason: "stop" });
  expect(asked[0]!.json).not.toHaveProperty("stream");
});

test("with mocks nothing is asked", async () => {
  await start(() => undefined);
  const app = await createApp({ configPath: join(project.folder, "config"), logLevel: "silent", mock: true });
  const sent = { method: "POST", url: "/orchestrator/chat", payload: { question: "Why?" } } as const;
  expect((await app.inject(sent)).json()).toMatchObject({ code: "MOCK_MISSING" });
  await app.close();
  expect(asked).toEqual([]);
});

describe("before the first event", () => {
  test("the caller's own body is read, checked and limited", async () => {
    await start(() => undefined);
    const post = (body: string) => project.send({ method: "POST", target: "/orchestrator/chat", body });
    expect((await post("{}")).status).toBe(400);
    expect((await post(JSON.stringify({ question: "x".repeat(2_000) }))).status).toBe(413);
    expect(asked).toEqual([]);
  });

  test.each([
    [400, {}, { error: { message: "too long" } }, 502, "MODEL_BAD_REQUEST"],
    [401, {}, { error: { message: "no" } }, 502, "MODEL_UNAUTHORIZED"],
    [404, {}, { error: { message: "no" } }, 502, "MODEL_NOT_FOUND"],
    [429, { "retry-after": "3" }, { error: { code: "rate_limit_exceeded" } }, 503, "MODEL_OVERLOADED"],
    [429, {}, { error: { code: "insufficient_quota" } }, 502, "MODEL_FAILED"],
    [302, { location: "http://elsewhere.example" }, {}, 502, "MODEL_FAILED"],
    [200, { "content-type": "application/json" }, { choices: [] }, 502, "MODEL_BAD_RESPONSE"],
  ])("%i %o %o is %i %s", async (status, headers, body, expected, code) => {
    await start((response) => response.writeHead(status, headers).end(JSON.stringify(body)));
    const reply = await send();
    expect([reply.status, reply.body["code"]]).toEqual([expected, code]);
    if (code === "MODEL_OVERLOADED") expect(reply.headers).toMatchObject({ "retry-after": "3" });
    expect(JSON.stringify(reply.body)).not.toContain("too long");
  });

  test("what the model refuses is the caller's with `pass_client_errors`", async () => {
    await start((response) => response.writeHead(400).end("{}"), "pass_client_errors: true\n");
    expect((await send()).status).toBe(400);
  });

  test("a failure whose body breaks off keeps its meaning", async () => {
    await start((response) => {
      response.writeHead(404, { "content-length": "100" });
      response.write("half", () => setImmediate(() => response.destroy()));
    });
    expect((await send()).body).toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  test("a server that says nothing is given up in time, also in the middle of its failure", async () => {
    await start(
      (response) => void (asked.length === 2 && response.writeHead(500).write("half")),
      "timeout: 200ms\n",
    );
    expect([(await send()).status, (await send()).status]).toEqual([504, 504]);
  });

  test("a server that is not there", async () => {
    await start(() => undefined);
    await upstream.close();
    const reply = await send();
    expect([reply.status, reply.body["code"]]).toEqual([502, "SOURCE_UNREACHABLE"]);
  });

  test("tokens are had for it, and a refused one is not used again", async () => {
    const tokens = await tokenServer();
    await start(
      (response) =>
        asked.length === 1
          ? response.writeHead(401).end("{}")
          : response.writeHead(200, { "content-type": "text/event-stream" }).end("data: [DONE]\n\n"),
      `auth: { type: oauth2_client_credentials, token_url: "${tokens.url}/token", client_id: a, client_secret: "\${MODEL_SECRET}" }\n`,
    );
    expect((await send()).body).toMatchObject({ code: "MODEL_UNAUTHORIZED" });
    expect(await text(await open().response)).toBe("data: [DONE]\n\n");
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    await tokens.close();
  });
});

describe("what `check` refuses", () => {
  const server = "base_url: http://models:8080\nprotocol: openai\n";
  const chat = "{ messages: $request.m }";
  test.each([
    ["nothing where both say so", `${server}response: stream`, "response: stream", chat, "", []],
    [
      "a model that streams, at an endpoint that does not",
      `${server}response: stream`,
      "",
      chat,
      "",
      [
        "models.yaml:9:15 | This model says `response: stream`, and the endpoint does not. | Write `response: stream` at the endpoint too, with this as its one step, or at neither.",
      ],
    ],
    [
      "an arm that streams, at an endpoint that does not",
      `${server}models: { a: {}, b: { response: stream } }`,
      "",
      chat,
      "traffic: { arms: [{ operation: a, weight: 1 }, { operation: b, weight: 1 }] }",
      [
        "models.yaml:9:15 | This model says `response: stream`, and the endpoint does not. | Write `response: stream` at the endpoint too, with this as its one step, or at neither.",
      ],
    ],
    [
      "an endpoint that streams, of a model that does not",
      server,
      "response: stream",
      chat,
      "",
      [
        "models.yaml:9:15 | The answer of this step does not pass as it comes, and the endpoint says `response: stream`. | An operation of an API says `stream: true`, a model of `openai` that is asked `messages` says `response: stream`.",
      ],
    ],
    [
      "embeddings that stream",
      `${server}response: stream`,
      "response: stream",
      "{ input: $request.m }",
      "",
      [
        "models.yaml:12:19 | A model that says `response: stream` is asked `messages`. | For `input`, leave `response` of the model away, or write `response: normal` there.",
      ],
    ],
    [
      "another protocol",
      "base_url: http://models:8080\nresponse: stream",
      "",
      "{ tensors: $request.m }",
      "",
      [
        "ml_config.yaml:5:7 | `response: stream` is for chat with `protocol: openai` only. | Write `response: normal`, or leave it away.",
      ],
    ],
    [
      "a log, and signatures of whole bodies",
      `${server}auth: { type: aws_sigv4, service: s, region: r, access_key_id: a, secret_access_key: "\${KEY}" }\nmodels: { a: { response: stream, inference_log: { file: a.ndjson } } }`,
      "response: stream",
      chat,
      "operation: a",
      [
        "ml_config.yaml:7:22 | `inference_log` cannot stand beside `response: stream`: the answer passes without being read. | Leave one of them away, or give it to other models only.",
        "ml_config.yaml:7:22 | A stream cannot be signed with `aws_sigv4`, which signs whole bodies. | Use other `auth`.",
      ],
    ],
    [
      "a body that passes to a model",
      `${server}response: stream`,
      "{ response: stream, body: stream }",
      "{ messages: [] }",
      "",
      ["models.yaml:7:11 | A model takes no body that passes as it comes. | Leave `body: stream` away."],
    ],
  ])("%s", async (_, source, endpoint, params, step, expected) => {
    const hasUpload = endpoint.startsWith("{");
    const found = mlProject({
      source,
      endpoints: `
chat:
  path: /chat
  method: POST
  ${hasUpload ? "response: stream" : "request: { query_params: { m: {} } }"}
  timeout: 2s
  ${hasUpload ? "body: stream" : endpoint}
  data_sources:
    - name: it
      type: ml
      ${step}
      params: ${params}
`,
      env: { KEY: "k" },
    });
    await found.close();
    const lines = found.loaded.problems.map(({ location, message, hint }) => {
      return `${location!.file.replace(/^.*\//, "")}:${location!.line}:${location!.column} | ${message} | ${hint}`;
    });
    expect(lines).toEqual(expected);
  });
});
