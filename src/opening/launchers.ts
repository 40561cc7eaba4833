import type { Launcher } from "../connections/kept/launcher.js";
import type { Clock } from "../contracts/host.js";
import type { WantedServer } from "../contracts/server-keeper.js";
import type { SourceLog } from "../contracts/source.js";

/** What starts a server. It is loaded with the first start, because most projects start none. */
export function launcherOf(wanted: WantedServer, log: SourceLog, clock: Clock): Launcher {
  let loading: Promise<Launcher> | undefined;
  return {
    launch: async (unwanted) => (await (loading ??= load(wanted, log, clock))).launch(unwanted),
  };
}

async function load({ launch, rules }: WantedServer, log: SourceLog, clock: Clock): Promise<Launcher> {
  const source = rules.name;
  const line = (text: string, stream: "stdout" | "stderr") => log("info", text, { source, stream });
  if (launch.kind === "process") {
    const { ProcessLauncher } = await import("../connections/process/process-launcher.js");
    return new ProcessLauncher(launch, line);
  }
  const { ContainerLauncher } = await import("../connections/docker/container-launcher.js");
  const warning = (reason: string) =>
    log("warn", "An image could not be pulled; the one on this machine is used.", { source, reason });
  return new ContainerLauncher(launch, clock, { line, warning });
}
