import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the Docker Engine listens: a socket of this machine, or a port with or without TLS. */
export interface EngineAddress {
  readonly origin: string;
  readonly socketPath?: string | undefined;
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
}

type Env = (name: string) => string | undefined;

/** That of `DOCKER_HOST`, else of the first socket there is. Throws an error that says what is wrong. */
export function engineAddress(env: Env): EngineAddress {
  const named = env("DOCKER_HOST");
  if (named !== undefined && named !== "") return namedAddress(named, env);
  const runtime = env("XDG_RUNTIME_DIR");
  const places = [
    "/var/run/docker.sock",
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock"), join(runtime, "podman/podman.sock")]),
    join(env("HOME") ?? "/", ".docker/run/docker.sock"),
  ];
  const socketPath = places.find((place) => existsSync(place));
  if (socketPath === undefined)
    throw new Error("Docker is not here: there is no socket of it, and DOCKER_HOST is not set");
  return { origin: "http://docker", socketPath };
}

function namedAddress(named: string, env: Env): EngineAddress {
  const [, scheme, rest] = /^(unix|tcp|http|https):\/\/(.+)$/.exec(named) ?? [];
  if (scheme === "unix") return { origin: "http://docker", socketPath: rest };
  if (scheme === undefined) throw new Error("DOCKER_HOST is neither `unix://…` nor `tcp://…`");
  const verifies = (env("DOCKER_TLS_VERIFY") ?? "") !== "";
  if (!verifies) return { origin: `${scheme === "https" ? "https" : "http"}://${rest}` };
  const folder = env("DOCKER_CERT_PATH") ?? join(env("HOME") ?? "/", ".docker");
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return {
    origin: `https://${rest}`,
    tls: { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") },
  };
}
