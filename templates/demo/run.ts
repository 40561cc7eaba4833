import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadEnv, runServer } from "orchestrator-api-service";
import { startTrafficApi } from "./traffic-api.ts";

// Variables of .env, such as PORT or ENVIRONMENT, count as if they were set; real ones win.
loadEnv();
const { values } = parseArgs({ options: { port: { type: "string" } } });

// Somebody else's API, unless TRAFFIC_API_URL names a real one.
const traffic = process.env["TRAFFIC_API_URL"] === undefined ? await startTrafficApi() : undefined;
if (traffic !== undefined) process.env["TRAFFIC_API_URL"] = traffic.url;

try {
  const server = await runServer({
    configPath: fileURLToPath(new URL("config", import.meta.url)),
    ...(values.port !== undefined && { port: Number(values.port) }),
  });
  await server.stopped;
} finally {
  await traffic?.stop();
}
