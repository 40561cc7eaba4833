import { createServer } from "node:net";
import type { ServiceConfig } from "../../config/model.js";
import { finding, fine, note, type Diagnosis } from "./diagnosis.js";

/** Looks whether the ports of the service can be had. One that the service itself holds is only a note. */
export async function examinePorts({ server, admin }: ServiceConfig): Promise<readonly Diagnosis[]> {
  const ports = [
    { key: "server.port", ...server },
    ...(admin === false ? [] : [{ key: "admin.port", host: admin.host, port: admin.port }]),
  ];
  return Promise.all(ports.filter(({ port }) => port !== 0).map(examinePort));
}

interface WantedPort {
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

async function examinePort({ key, host, port }: WantedPort): Promise<Diagnosis> {
  const code = await whyNotListening(host, port);
  if (code === undefined) return fine("ports", `Port ${port} (${key}) is free.`);
  if (code === "EADDRINUSE") {
    if (await isOwnService(host, port)) return note("ports", `The service answers at port ${port} (${key}).`);
    const remedy = `Stop the other program, or choose another \`${key}\`.`;
    return finding("ports", `Port ${port} (${key}) is taken by another program.`, remedy);
  }
  if (code === "EACCES") {
    return finding("ports", `Port ${port} (${key}) needs more rights.`, `Choose a \`${key}\` above 1023.`);
  }
  const hostKey = key.replace("port", "host");
  return finding("ports", `${host} is no address of this machine.`, `Set \`${hostKey}\` to one that is.`);
}

function whyNotListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

async function isOwnService(host: string, port: number): Promise<boolean> {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const address = reachable.includes(":") ? `[${reachable}]` : reachable;
  try {
    const reply = await fetch(`http://${address}:${port}/livez`, { signal: AbortSignal.timeout(2_000) });
    return ((await reply.json()) as { status?: unknown }).status === "alive";
  } catch {
    return false;
  }
}
