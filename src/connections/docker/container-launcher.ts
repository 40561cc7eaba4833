import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { Clock } from "../../contracts/host.js";
import type { ContainerLaunch } from "../../contracts/server-keeper.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { Launched, Launcher } from "../kept/launcher.js";
import { OutputLines, type TellLine } from "../kept/output-lines.js";
import { engineAddress } from "./engine-address.js";
import { EngineClient } from "./engine-client.js";
import { LogFrames } from "./log-frames.js";
import { loginOf } from "./image-login.js";
import { imageOf } from "./pull-image.js";
import type { RegistryLogin } from "./registry-auth.js";

const sourceLabel = "orchestrator-api.source";
const ownerLabel = "orchestrator-api.owner";
/** A process number comes again, also in a container that is started again under its name. */
const owner = { host: hostname(), pid: process.pid, sinceMs: Math.round(performance.timeOrigin) };
const mostProcesses = 4_096;

/** Starts a container through the Docker Engine, and removes it in the end. */
export class ContainerLauncher implements Launcher {
  private readonly rules: ContainerLaunch;
  private readonly login: () => Promise<RegistryLogin | undefined>;
  private readonly tell: TellLine;
  private readonly warn: (reason: string) => void;

  constructor(
    rules: ContainerLaunch,
    clock: Clock,
    told: { readonly line: TellLine; readonly warning: (reason: string) => void },
  ) {
    this.rules = rules;
    this.login = loginOf(rules, clock);
    this.tell = told.line;
    this.warn = told.warning;
  }

  async launch(unwanted: AbortSignal): Promise<Launched> {
    const { variables } = this.rules;
    const engine = new EngineClient(engineAddress((name) => variables[name]));
    try {
      return await this.launchOn(engine, unwanted);
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  private async launchOn(engine: EngineClient, unwanted: AbortSignal): Promise<Launched> {
    const { rules } = this;
    refuseMissingFolders(rules.volumes);
    const { login, warn } = this;
    const image = await imageOf(engine, rules, { login, warn, unwanted });
    unwanted.throwIfAborted();
    const port = rules.port === undefined ? onlyPort(image.ports) : `${rules.port}/tcp`;
    await removeAbandoned(engine, rules.name);
    const { body } = await engine.ask("POST", "/containers/create", { body: createBody(rules, port) });
    const id = String((body as JsonObject)["Id"]);
    const remove = () => engine.ask("DELETE", `/containers/${id}?force=1&v=1`, { expected: [404, 409] });
    try {
      await engine.ask("POST", `/containers/${id}/start`, { timeoutMs: 60_000 });
      return await this.started(engine, id, port, remove);
    } catch (error) {
      await remove();
      throw error;
    }
  }

  private async started(
    engine: EngineClient,
    id: string,
    port: string,
    remove: () => Promise<unknown>,
  ): Promise<Launched> {
    const address = addressOf(
      (await engine.ask("GET", `/containers/${id}/json`)).body,
      port,
      this.rules.network,
    );
    const lines = new OutputLines(this.tell, () => performance.now());
    const logs = new AbortController();
    void follow(engine, id, lines, logs.signal);
    const stop = async () => {
      const seconds = Math.ceil(this.rules.stopTimeoutMs / 1_000);
      const timeoutMs = this.rules.stopTimeoutMs + 10_000;
      try {
        await engine.ask("POST", `/containers/${id}/stop?t=${seconds}`, { expected: [304, 404], timeoutMs });
      } finally {
        await remove();
        logs.abort();
        lines.close();
        await engine.close();
      }
    };
    let stopping: Promise<void> | undefined;
    return {
      ...address,
      facts: { container: id.slice(0, 12), image: this.rules.image },
      ended: endOf(engine, id),
      lastLines: () => lines.last,
      stop: () => (stopping ??= stop()),
    };
  }
}

function createBody(rules: ContainerLaunch, port: string): JsonObject {
  const { image, command, environment, network, volumes, memoryBytes, cpus, gpus, stopTimeoutMs } = rules;
  const number = port.replace(/\/.*/, "");
  return {
    Image: image,
    Env: [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), `PORT=${number}`],
    ...(command === undefined ? {} : { Cmd: command }),
    ExposedPorts: { [port]: {} },
    Labels: { [sourceLabel]: rules.name, [ownerLabel]: `${owner.host} ${owner.pid} ${owner.sinceMs}` },
    StopTimeout: Math.ceil(stopTimeoutMs / 1_000),
    HostConfig: {
      ...(network === undefined
        ? { PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: "0" }] } }
        : { NetworkMode: network }),
      Binds: volumes.map((volume) => (/:(ro|rw)$/.test(volume) ? volume : `${volume}:ro`)),
      ...(memoryBytes === undefined ? {} : { Memory: memoryBytes }),
      ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
      ...(gpus === undefined
        ? {}
        : { DeviceRequests: [{ Driver: "nvidia", Count: gpus, Capabilities: [["gpu"]] }] }),
      PidsLimit: mostProcesses,
      RestartPolicy: { Name: "no" },
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
    },
  };
}

function onlyPort(ports: readonly string[]): string {
  const [only, second] = ports.filter((port) => port.endsWith("/tcp"));
  if (only !== undefined && second === undefined) return only;
  throw new Error(
    `the image tells of ${ports.length === 0 ? "no port" : `several ports (${ports.join(", ")})`}: \`port\` must say which is asked`,
  );
}

function refuseMissingFolders(volumes: readonly string[]): void {
  const missing = volumes.map((volume) => volume.split(":")[0]!).find((path) => !existsSync(path));
  if (missing !== undefined) throw new Error(`the volume ${missing} does not exist on this machine`);
}

function addressOf(
  inspected: JsonValue,
  port: string,
  network: string | undefined,
): { host: string; port: number } {
  const settings = at(inspected, "NetworkSettings");
  if (network !== undefined) {
    const host = at(at(at(settings, "Networks"), network), "IPAddress");
    if (typeof host !== "string" || host === "")
      throw new Error(`the container has no address in the network ${network}`);
    return { host, port: Number.parseInt(port, 10) };
  }
  const bindings = at(at(settings, "Ports"), port);
  const bound = isJsonList(bindings) ? at(bindings[0] ?? null, "HostPort") : undefined;
  if (typeof bound !== "string")
    throw new Error(`Docker gave the container's port ${port} no port of this machine`);
  return { host: "127.0.0.1", port: Number(bound) };
}

function at(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

async function follow(
  engine: EngineClient,
  id: string,
  lines: OutputLines,
  signal: AbortSignal,
): Promise<void> {
  const frames = new LogFrames(lines);
  try {
    const path = `/containers/${id}/logs?stdout=1&stderr=1&follow=1`;
    for await (const bytes of await engine.stream("GET", path, {}, signal)) frames.add(bytes);
  } catch {
    // The output of a container is told as long as it can be had.
  }
}

async function endOf(engine: EngineClient, id: string): Promise<string> {
  try {
    const options = { timeoutMs: "none" } as const;
    const { body } = await engine.ask("POST", `/containers/${id}/wait?condition=not-running`, options);
    const { body: inspected } = await engine.ask("GET", `/containers/${id}/json`, { expected: [404] });
    if (at(at(inspected, "State"), "OOMKilled") === true) return "it needed more memory than it may have";
    return `it ended with code ${String(at(body, "StatusCode"))}`;
  } catch (error) {
    return `Docker says no more of it: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Containers of a service that ended without its farewell: their owner was on this machine, and is gone. */
async function removeAbandoned(engine: EngineClient, name: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${sourceLabel}=${name}`] }));
  const { body } = await engine.ask("GET", `/containers/json?all=1&filters=${filters}`);
  for (const container of isJsonList(body) ? body : []) {
    if (!isAbandoned(String(at(at(container, "Labels"), ownerLabel)))) continue;
    await engine.ask("DELETE", `/containers/${String(at(container, "Id"))}?force=1&v=1`, {
      expected: [404, 409],
    });
  }
}

function isAbandoned(label: string): boolean {
  const [host, pid, sinceMs] = label.split(" ");
  if (host !== owner.host) return false;
  return Number(pid) === owner.pid ? Number(sinceMs) !== owner.sinceMs : !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
