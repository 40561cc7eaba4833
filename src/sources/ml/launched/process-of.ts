import { resolve } from "node:path";
import type { ProcessLaunch } from "../../../contracts/server-keeper.js";
import type { Opening } from "../../../contracts/source.js";
import type { MlSettings } from "../settings.js";
import { variablesOf } from "./variables-of.js";

/** What a program gets of our own variables: none that could be a secret. */
const passed = [
  ...["PATH", "HOME", "LANG", "TZ", "TMPDIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
];

/** The program of this machine that a source of models is on. */
export function processOf({ settings, host, projectFolder }: Opening<MlSettings>): ProcessLaunch {
  const { command, cwd, environment, port, stop_timeout } = settings;
  return {
    kind: "process",
    command: command!,
    folder: resolve(projectFolder, cwd ?? "."),
    environment: { ...variablesOf(host, passed), ...Object.fromEntries(environment) },
    port,
    stopTimeoutMs: stop_timeout,
  };
}
