import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadEnv, OrchestratorError, runServer } from "orchestrator-api-service";

const project = import.meta.dirname;

// Variables of .env, such as PORT or ENVIRONMENT, count as if they were set; real ones win.
loadEnv({ folder: project });

const { values } = parseArgs({
  options: { port: { type: "string" }, reload: { type: "boolean", default: false } },
});
// The stand-ins of config/integrations/ are found at the port that the service really has.
if (values.port !== undefined) process.env["PORT"] = values.port;

try {
  // Where config/ holds environments, config/<ENVIRONMENT> is laid over config/base.
  const server = await runServer({
    configPath: process.env["ORCHESTRATOR_CONFIG_PATH"] || join(project, "config"),
    reload: values.reload,
    ...(values.port !== undefined && { port: Number(values.port) }),
  });
  await server.stopped;
} catch (error) {
  if (!(error instanceof OrchestratorError)) throw error;
  for (const { location, code, message, hint } of error.problems) {
    const place = location === undefined ? "" : `${location.file}:${location.line}:${location.column} `;
    console.error(`${place}${code} ${message} ${hint ?? ""}`);
  }
  process.exitCode = 1;
}
