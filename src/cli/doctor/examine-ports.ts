import { request as requestPlain } from "node:http";
import { request as requestSecurely } from "node:https";
import { createServer } from "node:net";
import type { ServiceConfig } from "../../config/model.js";
import { finding, fine, note, type Diagnosis } from "./diagnosis.js";

/** Looks whether the ports of the service can be had. One that the service itself holds is only a note. */
export async function examinePorts({ server, admin }: ServiceConfig): Promise<readonly Diagnosis[]> {
  const { host, port, tls } = server;
  if (admin !== false && port !== 0 && port === admin.port) {
    const remedy = "Give `admin.port` another number.";
    return [finding("ports", `\`server.port\` and \`admin.port\` are both ${port}.`, remedy)];
  }
  const ports = [
    { key: "server.port", host, port, isSecure: tls !== undefined },
    ...(admin === false ? [] : [{ key: "admin.port", host: admin.host, port: admin.port, isSecure: false }]),
  ];
  return Promise.all(ports.filter((each) => each.port !== 0).map(examinePort));
}

interface WantedPort {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

async function examinePort(wanted: WantedPort): Promise<Diagnosis> {
  const { key, host, port } = wanted;
  const code = await whyNotListening(host, port);
  if (code === undefined) return fine("ports", `Port ${port} (${key}) is free.`);
  if (code === "EADDRINUSE") {
    if (await isOwnService(wanted)) return note("ports", `The service answers at port ${port} (${key}).`);
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

/** Whoever it is says nothing that would need a certificate to be believed. */
function isOwnService({ host, port, isSecure }: WantedPort): Promise<boolean> {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const options = { host: reachable, port, path: "/livez", agent: false, timeout: 2_000 };
  return new Promise((resolve) => {
    const sent = isSecure
      ? requestSecurely({ ...options, rejectUnauthorized: false })
      : requestPlain(options);
    sent.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => (body += part));
      response.once("end", () => resolve(body === '{"status":"alive"}'));
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => resolve(false));
    sent.once("close", () => resolve(false));
    sent.end();
  });
}
