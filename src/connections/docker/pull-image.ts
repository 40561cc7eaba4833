import type { ContainerLaunch } from "../../contracts/server-keeper.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { EngineClient } from "./engine-client.js";
import { parseImage } from "./image-name.js";
import { registryHeader, type RegistryLogin } from "./registry-auth.js";

/** What is needed of an image. */
export interface Image {
  /** The ports that it says it listens at, such as `8080/tcp`. */
  readonly ports: readonly string[];
}

export interface Pulling {
  readonly login: () => Promise<RegistryLogin | undefined>;
  /** Told why a pull failed. */
  readonly warn: (reason: string) => void;
  /** Breaks a pull off. */
  readonly unwanted: AbortSignal;
}

/** The image as it is on the machine, after it was pulled where the rule says so. */
export async function imageOf(
  engine: EngineClient,
  { image: name, pull: rule }: Pick<ContainerLaunch, "image" | "pull">,
  pulling: Pulling,
): Promise<Image> {
  if (rule === "always") {
    try {
      await pull(engine, name, pulling);
    } catch (error) {
      pulling.unwanted.throwIfAborted();
      const local = await localImage(engine, name);
      if (local === undefined) throw error;
      pulling.warn(error instanceof Error ? error.message : String(error));
      return local;
    }
  }
  const local = await localImage(engine, name);
  if (local !== undefined) return local;
  if (rule === "never")
    throw new Error(`the image "${name}" is not on this machine, and \`pull\` is \`never\``);
  await pull(engine, name, pulling);
  const pulled = await localImage(engine, name);
  if (pulled === undefined) throw new Error(`the image "${name}" is missing though it was pulled`);
  return pulled;
}

async function localImage(engine: EngineClient, name: string): Promise<Image | undefined> {
  const { status, body } = await engine.ask("GET", `/images/${name}/json`, { expected: [404] });
  if (status === 404) return undefined;
  const config = isJsonObject(body) ? body["Config"] : undefined;
  const ports = isJsonObject(config) ? config["ExposedPorts"] : undefined;
  return { ports: isJsonObject(ports) ? Object.keys(ports) : [] };
}

/** A pull is over with its stream, in which an error may come though the status was good. */
async function pull(engine: EngineClient, name: string, { login: find, unwanted }: Pulling): Promise<void> {
  const login = await find();
  const { repository, tag, registry } = parseImage(name);
  const query = `fromImage=${encodeURIComponent(repository)}&tag=${encodeURIComponent(tag)}`;
  const headers: Record<string, string> =
    login === undefined ? {} : { "x-registry-auth": registryHeader(login, registry) };
  let text = "";
  for await (const bytes of await engine.stream("POST", `/images/create?${query}`, headers, unwanted)) {
    text += bytes.toString("utf8");
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) refuseError(line, name);
  }
  refuseError(text, name);
}

function refuseError(line: string, name: string): void {
  if (line.trim() === "") return;
  let message: JsonValue | undefined;
  try {
    message = (JSON.parse(line) as JsonObject)["error"];
  } catch {
    return;
  }
  if (typeof message === "string") throw new Error(`the image "${name}" could not be pulled: ${message}`);
}
