import type { JsonObject } from "../../src/expression/value.js";
import { WireWriter } from "../../src/connections/protobuf/wire-writer.js";
import { closedPort } from "../connections/http/local-server.js";
import { modelPath } from "../connections/onnx/onnx-fixture.js";
import { serve, stop } from "../sources/ml/grpc-server.js";
import { modelServer, type Given } from "../sources/ml/model-server.js";
import { openMl } from "../sources/ml/open-ml.js";
import { sourceConformance, type SourceFixture } from "./source-conformance.js";

/** Features that a server answers slowly, and such that it fails over. */
const slow = 1_000;
const bad = 1_001;

const secrets = ["secret-reason", "secret-key", "127.0.0.1"];

/** A model behind a server of HTTP. */
interface Served {
  readonly keys: string;
  /** What is asked about, in a body. */
  readonly indexIn: (body: JsonObject) => number;
  readonly answer: (index: number) => object;
  readonly value: (index: number) => JsonObject;
  /** What every GET is answered. */
  readonly metadata?: object;
}

async function served({ keys, indexIn, answer, value, metadata }: Served): Promise<SourceFixture> {
  const server = await modelServer(({ method, json }): Given => {
    if (method === "GET") return { body: metadata };
    const index = indexIn(json as JsonObject);
    if (index === slow) return { afterMs: 5_000 };
    if (index === bad) return { status: 500, body: { error: "secret-reason" } };
    return { body: answer(index) };
  });
  const yaml = (url: string) => `base_url: ${url}\nheaders: { X-Key: secret-key }\n${keys}`;
  const { source, call } = await openMl(yaml(server.url));
  const of = (index: number) => ({ call, parameters: { features: { index } } });
  return {
    source,
    quickCall: (index) => ({ ...of(index), value: value(index) }),
    slowCall: of(slow),
    failingCall: { ...of(bad), code: "MODEL_FAILED" },
    nullCall: { call, parameters: { features: null } },
    sentCount: () => server.asked.length,
    secrets,
    async unreachable() {
      const nowhere = await openMl(yaml(await closedPort()));
      return { source: nowhere.source, call: { call: nowhere.call, parameters: { features: { index: 0 } } } };
    },
    tearDown: () => server.close(),
  };
}

sourceConformance("ml (json)", () =>
  served({
    keys: "",
    indexIn: ({ features }) => Number((features as JsonObject)["index"]),
    answer: (index) => ({ index }),
    value: (index) => ({ index }),
  }),
);

sourceConformance("ml (open_inference, whose models say what they take)", () =>
  served({
    keys: "protocol: open_inference",
    indexIn: ({ inputs }) => Number(((inputs as readonly JsonObject[])[0]!["data"] as readonly number[])[0]),
    answer: (index) => ({ outputs: [{ name: "y", datatype: "FP32", shape: [1, 1], data: [index] }] }),
    value: (index) => ({ prediction: index }),
    metadata: { inputs: [{ name: "index", datatype: "FP32", shape: [-1, 1] }], outputs: [] },
  }),
);

const instancesIn = ({ instances }: JsonObject) => instances as readonly (readonly number[])[];

sourceConformance("ml (in batches)", async () => {
  const server = await modelServer(({ method, json }) => {
    if (method === "GET") return { body: { ready: true } };
    const rows = instancesIn(json as JsonObject).map(([index]) => index!);
    if (rows.includes(slow)) return { afterMs: 5_000 };
    if (rows.includes(bad)) return { status: 500, body: { error: "secret-reason" } };
    return { body: { predictions: rows }, afterMs: 2 };
  });
  const { source, call } = await openMl(
    `protocol: kserve_v1\nbase_url: ${server.url}\ninputs: [index]\nbatching: { max_size: 8 }`,
  );
  const of = (index: number) => ({ call, parameters: { features: { index } } });
  return {
    source,
    quickCall: (index) => ({ ...of(index), value: { prediction: index } }),
    failingCall: { ...of(bad), code: "MODEL_FAILED" },
    nullCall: { call, parameters: { features: null } },
    sentCount: () => server.asked.length,
    secrets,
    tearDown: () => server.close(),
  };
});

/** A reply with one number. */
function inferReply(index: number): Buffer {
  const value = Buffer.alloc(4);
  value.writeFloatLE(index);
  const output = new WireWriter().text(1, "y").text(2, "FP32").packed(3, [1n, 1n]);
  return new WireWriter().text(1, "default").message(5, output).block(6, value).bytes();
}

sourceConformance("ml (gRPC)", async () => {
  const yaml = (url: string) =>
    `protocol: open_inference\ntransport: grpc\nbinary: true\nlayout: named\ninputs: [{ name: index, type: float32 }]\nbase_url: ${url}`;
  const { url, asked } = await serve((method, message) => {
    if (method.endsWith("/ModelReady")) return { code: 0, message: new WireWriter().integer(1, 1n).bytes() };
    // The one value stands at the end, as raw bytes.
    const index = message.readFloatLE(message.length - 4);
    if (index === bad) return { code: 13, words: "secret-reason" };
    return { code: 0, message: inferReply(index), afterMs: index === slow ? 5_000 : 0 };
  });
  const { source, call } = await openMl(yaml(url));
  const of = (index: number) => ({ call, parameters: { features: { index } } });
  return {
    source,
    quickCall: (index) => ({ ...of(index), value: { prediction: index, model: "default" } }),
    slowCall: of(slow),
    failingCall: { ...of(bad), code: "MODEL_FAILED" },
    nullCall: { call, parameters: { features: null } },
    sentCount: () => asked.length,
    secrets,
    async unreachable() {
      const nowhere = await openMl(yaml(await closedPort()));
      return { source: nowhere.source, call: { call: nowhere.call, parameters: { features: { index: 0 } } } };
    },
    tearDown: stop,
  };
});

for (const [name, keys] of [
  ["a file", ""],
  ["a file on the event loop", "execution: inline"],
  ["a file in batches", "batching: { max_size: 4 }"],
]) {
  sourceConformance(`ml (${name})`, async () => {
    const { source, call } = await openMl(
      `type: onnx\nmodel_path: ${modelPath("vector_input")}\nworkers: 1\n${keys}`,
    );
    const of = (x: number | string) => ({ call, parameters: { features: { x } } });
    return {
      source,
      quickCall: (index) => ({ ...of(index), value: { prediction: index * index, model: "default" } }),
      failingCall: { ...of("three"), code: "FEATURE_INVALID" },
      nullCall: { call, parameters: { features: null } },
      tearDown: async () => undefined,
    };
  });
}
