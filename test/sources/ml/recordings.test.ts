import { afterEach, describe, expect, test } from "vitest";
import { nodeHost } from "../../../src/host/node-host.js";
import type { JsonValue } from "../../../src/expression/value.js";
import { asOrchestratorError, OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { stepValue } from "../../../src/sources/ml/answers/step-value.js";
import type { Answer, Backend, Question } from "../../../src/sources/ml/backend.js";
import { modelOf, type Model } from "../../../src/sources/ml/model.js";
import type { ProtocolName } from "../../../src/sources/ml/protocols/protocol-names.js";
import { ServerHost } from "../../../src/sources/ml/protocols/server-host.js";
import { settingsSchema } from "../../../src/sources/ml/settings.js";
import { answerOf, exchangesOf, replay, type Exchange } from "./exchanges.js";
import { modelServer, type ModelServer } from "./model-server.js";
import {
  bentomlQuestion,
  instancesQuestion,
  mlflowQuestion,
  openInferenceQuestion,
  torchserveQuestion,
  type Derive,
} from "./recorded-question.js";

interface Recording {
  readonly folder: string;
  readonly protocol: ProtocolName;
  /** The path of a prediction, with the name of the model where it has one. */
  readonly path: RegExp;
  readonly derive: Derive;
  /** How many recorded predictions can be caused here; the others show how answers are read. */
  readonly caused: number;
}

const v2 = /^\/v2\/models\/([^/]+)(\/versions\/[^/]+)?\/infer$/;
const v1 = /^\/v1\/models\/([^/:]+):predict$/;
const torch = /^\/predictions\/([^/]+)(\/[^/]+)?$/;
const scoring = /^\/invocations$/;

const recordings: readonly Recording[] = [
  { folder: "triton", protocol: "open_inference", path: v2, derive: openInferenceQuestion, caused: 49 },
  { folder: "mlserver", protocol: "open_inference", path: v2, derive: openInferenceQuestion, caused: 32 },
  { folder: "kserve", protocol: "open_inference", path: v2, derive: openInferenceQuestion, caused: 18 },
  {
    folder: "torchserve-kserve-v2",
    protocol: "open_inference",
    path: v2,
    derive: openInferenceQuestion,
    caused: 1,
  },
  { folder: "kserve", protocol: "kserve_v1", path: v1, derive: instancesQuestion, caused: 25 },
  { folder: "torchserve-kserve-v1", protocol: "kserve_v1", path: v1, derive: instancesQuestion, caused: 2 },
  { folder: "mlflow-columns", protocol: "mlflow", path: scoring, derive: mlflowQuestion, caused: 30 },
  { folder: "mlflow-matrix", protocol: "mlflow", path: scoring, derive: mlflowQuestion, caused: 10 },
  { folder: "mlflow-unsigned", protocol: "mlflow", path: scoring, derive: mlflowQuestion, caused: 5 },
  { folder: "mlflow-odd", protocol: "mlflow", path: scoring, derive: mlflowQuestion, caused: 28 },
  { folder: "mlflow-hinted", protocol: "mlflow", path: scoring, derive: mlflowQuestion, caused: 5 },
  { folder: "torchserve", protocol: "torchserve", path: torch, derive: torchserveQuestion, caused: 28 },
  { folder: "torchserve-token", protocol: "torchserve", path: torch, derive: torchserveQuestion, caused: 2 },
  {
    folder: "bentoml",
    protocol: "bentoml",
    path: /^\/.*$/,
    derive: bentomlQuestion,
    caused: 41,
  },
];

let server: ModelServer | undefined;
let host: ServerHost | undefined;

afterEach(async () => {
  await host?.close();
  await server?.close();
});

describe.each(recordings)("$folder by $protocol", ({ folder, protocol, path, derive, caused }) => {
  const predictions = exchangesOf(folder).filter(
    ({ request }) => request.method === "POST" && path.test(request.path),
  );

  test("what can be asked is asked as recorded, and every answer is read", async () => {
    const lines: string[] = [];
    let count = 0;
    for (const exchange of predictions) {
      const derived = derive(exchange);
      if (derived !== undefined) count += 1;
      lines.push(await outcome(exchange, derived ?? anyQuestion, derived !== undefined));
    }
    await expect(lines.join("\n") + "\n").toMatchFileSnapshot(`./outcomes/${folder}-${protocol}.txt`);
    expect(count).toBe(caused);
  });

  async function outcome(exchange: Exchange, asked: NonNullable<ReturnType<Derive>>, isReplayed: boolean) {
    const replaying = isReplayed ? await replay([exchange]) : undefined;
    server = replaying ?? (await modelServer(() => answerOf(exchange)));
    const name = path.exec(exchange.request.path)?.[1] ?? "m";
    const model = { ...modelOf(name, settings, undefined), ...asked.model };
    const backend = backendFor(protocol, model, server.url);
    const found = await told(backend, asked.question, model);
    if (replaying !== undefined)
      expect([exchange.name, replaying.matched]).toEqual([exchange.name, [exchange.name]]);
    await host!.close();
    await server.close();
    return `${isReplayed ? "" : "(answer) "}${exchange.name}: ${found}`;
  }
});

const anyQuestion = { question: { kind: "tensors", tensors: {}, parameters: {} }, model: {} } as const;
const settings = settingsSchema.empty();

function backendFor(protocol: ProtocolName, model: Model, url: string): Backend {
  host = new ServerHost({
    url: { origin: url, path: "" },
    settings: { ...settings, protocol },
    host: nodeHost({}),
    log: () => undefined,
  });
  return host.backendOf(model);
}

async function told(backend: Backend, question: Question, model: Model): Promise<string> {
  try {
    const answer = await new Promise<Answer>((succeed, fail) => {
      backend.predict(question, { deadlineMs: Infinity }, { succeed, fail });
    });
    return JSON.stringify(stepValue(answer, question, model));
  } catch (error) {
    const { code, upstreamStatus } = asOrchestratorError(error).problem;
    if (!(error instanceof OrchestratorError)) throw error;
    return `${code}${upstreamStatus === undefined ? "" : ` (${upstreamStatus})`}`;
  }
}

const readiness: readonly [folder: string, protocol: ProtocolName, path: RegExp][] = [
  ["triton", "open_inference", /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/ready$/],
  ["mlserver", "open_inference", /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/ready$/],
  ["kserve", "open_inference", /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/ready$/],
  ["kserve", "kserve_v1", /^\/v1\/models\/([^/:]+)$/],
  ["mlflow-columns", "mlflow", /^\/ping$/],
  ["torchserve", "torchserve", /^\/ping$/],
  ["torchserve-token", "torchserve", /^\/ping$/],
  ["bentoml", "bentoml", /^\/readyz$/],
];

test.each(readiness)("readiness of %s by %s", async (folder, protocol, path) => {
  const lines = await askEach(folder, protocol, path, async (backend) => {
    await backend.ready();
    return "ready";
  });
  await expect(lines).toMatchFileSnapshot(`./outcomes/${folder}-${protocol}-ready.txt`);
});

const metadataPath = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?$/;

test.each(["triton", "mlserver", "kserve"])("what models of %s declare", async (folder) => {
  const lines = await askEach(folder, "open_inference", metadataPath, async (backend) => {
    await backend.learn!();
    const { inputs, outputs } = backend.signature!;
    const words = [inputs, outputs].map((tensors) =>
      tensors.map(
        ({ name, type, shape }) => `${name} ${type} [${shape?.map((size) => size ?? "?").join(" ")}]`,
      ),
    );
    return JSON.stringify(words);
  });
  await expect(lines).toMatchFileSnapshot(`./outcomes/${folder}-metadata.txt`);
});

async function askEach(
  folder: string,
  protocol: ProtocolName,
  path: RegExp,
  ask: (backend: Backend) => Promise<JsonValue>,
): Promise<string> {
  const lines: string[] = [];
  for (const exchange of exchangesOf(folder)) {
    const [, name, version] = path.exec(exchange.request.path) ?? [];
    if (exchange.request.method !== "GET" || !path.test(exchange.request.path)) continue;
    const replaying = await replay([exchange]);
    server = replaying;
    const model = { ...modelOf(name ?? "m", settings, undefined), version };
    const backend = backendFor(protocol, model, server.url);
    const found = await ask(backend).catch((error: unknown) => asOrchestratorError(error).code);
    lines.push(`${exchange.name}: ${String(found)}`);
    expect(replaying.matched).toEqual([exchange.name]);
    await host!.close();
    await server.close();
  }
  expect(lines.length).toBeGreaterThan(0);
  return lines.join("\n") + "\n";
}
