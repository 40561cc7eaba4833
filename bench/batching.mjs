// `node bench/batching.mjs` after a build: 200 callers at a time, each with one row, with and without `batching`. The
// models are one on a server that needs 50 ms for a question, however many rows it has, and one in the service.
// `--connections` and `--seconds` choose otherwise.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { load } from "./measure.mjs";
import { modelPath } from "./model-by-hand.mjs";
import { onCore, startNode } from "./processes.mjs";

const { values } = parseArgs({
  options: { connections: { type: "string", default: "200" }, seconds: { type: "string", default: "5" } },
});

const needsMs = 50;
let questions = 0;
const modelServer = createServer(async (request, response) => {
  const { instances } = await json(request);
  questions++;
  await pause(needsMs);
  response.end(JSON.stringify({ predictions: instances.map(({ distance }) => distance * 10) }));
});
await new Promise((resolve) => modelServer.listen(0, "127.0.0.1", resolve));
const baseUrl = `http://127.0.0.1:${modelServer.address().port}`;

const onnxFeatures = [
  "distance: $request.distance",
  "hour: 17, day_of_week: 4, origin_departures: 1861, origin_hour_delay: 11, origin_mean_delay: 9",
  "origin_delayed_share: 0.2, route_mean_delay: 8, route_delayed_share: 0.2",
].join(", ");
const folder = mkdtempSync(join(tmpdir(), "bench-batching-"));
writeProject();
const server = await startNode("bench/servers/service.mjs", [folder], { core: onCore.server });
try {
  console.log(
    `Node.js ${process.versions.node}, ${values.connections} connections, ${values.seconds} s each.\n`,
  );
  console.log("| model | requests/s | p50 ms | p99 ms | rows a question | CPU µs a request |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const model of ["server", "server_batching", "onnx", "onnx_batching"]) await printRow(model);
} finally {
  await server.stop();
  modelServer.close();
  rmSync(folder, { recursive: true, force: true });
}

async function printRow(model) {
  const url = `${server.url}/orchestrator/predict/${model}?distance=700`;
  const reply = await fetch(url);
  if (reply.status !== 200) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
  const options = { connections: Number(values.connections), seconds: Number(values.seconds) };
  await load(url, { ...options, seconds: 1 });
  const before = server.cpuSeconds();
  questions = 0;
  const { requests, latency, non2xx, errors } = await load(url, options);
  if (non2xx + errors > 0) throw new Error(`${non2xx} bad replies and ${errors} errors from ${url}`);
  const cpu =
    before === undefined ? "–" : Math.round(((server.cpuSeconds() - before) * 1e6) / requests.total);
  const rows = questions === 0 ? "–" : (requests.total / questions).toFixed(1);
  console.log(
    `| ${model} | ${Math.round(requests.average)} | ${latency.p50} | ${latency.p99} | ${rows} | ${cpu} |`,
  );
}

function writeProject() {
  const source = (name, keys) =>
    `    ${name}: { ${keys} }\n    ${name}_batching: { ${keys}, batching: {} }\n`;
  const onServer = `protocol: kserve_v1, base_url: ${baseUrl}, connections: 256, models: { delay: { inputs: [distance] } }`;
  const files = {
    "config/config.yaml": "app: { name: Bench }\n",
    "config/integrations/ml_config.yaml": `ml:\n  sources:\n${source("server", onServer)}${source("onnx", `type: onnx, model_path: ${JSON.stringify(modelPath)}`)}`,
    "config/domains/bench.yaml": `endpoints:\n${endpoint("server", "distance: $request.distance")}${endpoint("onnx", onnxFeatures)}`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function endpoint(name, features) {
  const one = (source) => `  ${source}:
    path: /predict/${source}
    request: { query_params: { distance: { type: number, required: true } } }
    data_sources:
      - { name: risk, type: ml, source_id: ${source}, params: { features: { ${features} } } }
    response_mapping: { risk: $risk }
`;
  return one(name) + one(`${name}_batching`);
}
