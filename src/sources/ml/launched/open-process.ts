import { resolve } from "node:path";
import { ProcessLauncher } from "../../../connections/process/process-launcher.js";
import type { Host } from "../../../contracts/host.js";
import type { Opening } from "../../../contracts/source.js";
import type { MlSettings } from "../settings.js";
import { LaunchedHost } from "./launched-host.js";
import { outputTo } from "./output-to.js";

/** What a program gets of our own variables: none that could be a secret. */
const passed = [
  ...["PATH", "HOME", "LANG", "TZ", "TMPDIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
];

/** Models on a program that is started here. */
export function openProcess(opening: Opening<MlSettings>): LaunchedHost {
  const { settings, host, projectFolder } = opening;
  const { command, cwd, environment, port, stop_timeout } = settings;
  const rules = {
    command: command!,
    folder: resolve(projectFolder, cwd ?? "."),
    environment: { ...passedOn(host), ...Object.fromEntries(environment) },
    port,
    stopTimeoutMs: stop_timeout,
  };
  return new LaunchedHost(opening, (check) => new ProcessLauncher(rules, check, outputTo(opening)));
}

function passedOn(host: Host): Readonly<Record<string, string>> {
  return Object.fromEntries(
    passed.flatMap((name) => {
      const value = host.env(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
