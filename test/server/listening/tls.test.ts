import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { createApp } from "../../../src/index.js";
import { restartKeys } from "../../../src/server/generations/restart-keys.js";
import { identity, pem } from "../../connections/http/certificates.js";
import { temporaryFolder } from "../../host/temporary-folder.js";

const good = identity("good");
const other = identity("elsewhere");

function project(tls = "", files: Readonly<Record<string, string>> = {}): string {
  return temporaryFolder({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0, tls: { cert_file: certs/tls.crt, key_file: certs/tls.key${tls} } }
admin: false
logging: { level: silent }
`,
    "config/domains/shop.yaml": "endpoints: { it: { response_mapping: { ip: $system.client_ip } } }\n",
    "certs/tls.crt": good.cert,
    "certs/tls.key": good.key,
    ...files,
  });
}

async function start(folder: string) {
  const app = await createApp({ workingFolder: folder });
  onTestFinished(async () => void (await app.close()));
  const url = await app.listen();
  return { app, url, port: Number(new URL(url).port) };
}

function get(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ca: pem("authority.pem"), servername: "localhost", agent: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.on("end", () => resolve({ status: response.statusCode!, body }));
      },
    );
    sent.once("error", reject).end();
  });
}

function shown(
  port: number,
  options: object = {},
): Promise<{ socket: TLSSocket; certificate: PeerCertificate }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
      resolve({ socket, certificate: socket.getPeerCertificate() });
    });
    socket.once("error", reject);
  });
}

async function serialOf(port: number): Promise<string> {
  const { socket, certificate } = await shown(port);
  socket.destroy();
  return certificate.serialNumber;
}

test("requests come over TLS, and plain ones are not answered", async () => {
  const { url, port } = await start(project());
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await get(`${url}/orchestrator/shop/it`)).toEqual({ status: 200, body: '{"ip":"127.0.0.1"}' });
  await expect(fetch(`http://127.0.0.1:${port}/orchestrator/shop/it`)).rejects.toThrow();
});

test("a certificate that is replaced is shown to new connections, and no connection ends", async () => {
  const folder = project();
  const { port } = await start(folder);
  const before = await shown(port);
  const replace = (name: string, text: string) => {
    writeFileSync(join(folder, `certs/${name}.new`), text);
    renameSync(join(folder, `certs/${name}.new`), join(folder, `certs/${name}`));
  };
  replace("tls.key", other.key);
  replace("tls.crt", other.cert);
  await vi.waitFor(async () => expect(await serialOf(port)).not.toBe(before.certificate.serialNumber), {
    timeout: 10_000,
    interval: 200,
  });
  before.socket.write("GET /orchestrator/shop/it HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
  const reply = await new Promise<string>((resolve) => {
    let text = "";
    before.socket.setEncoding("utf8").on("data", (part) => (text += String(part)));
    before.socket.once("end", () => resolve(text));
  });
  expect(reply).toMatch(/^HTTP\/1\.1 200/);

  const now = await serialOf(port);
  copyFileSync(join(folder, "config/config.yaml"), join(folder, "certs/tls.crt"));
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await serialOf(port)).toBe(now);
});

test("an older TLS than the least one is refused", async () => {
  const { port } = await start(project(", min_version: TLSv1.3"));
  await expect(shown(port, { maxVersion: "TLSv1.2" })).rejects.toThrow();
  const { socket } = await shown(port);
  expect(socket.getProtocol()).toBe("TLSv1.3");
  socket.destroy();
});

test("a stop answers what runs over TLS, and waits for nobody who only connected", async () => {
  const { app, port } = await start(project());
  await shown(port);
  const began = Date.now();
  expect(await app.close()).toBe(true);
  expect(Date.now() - began).toBeLessThan(5_000);
});

test("a certificate and a key that do not belong together, or are none, keep it from starting", async () => {
  const wrong = await createApp({ workingFolder: project("", { "certs/tls.key": other.key }) });
  await expect(wrong.listen()).rejects.toMatchObject({ code: "CERTIFICATE_UNUSABLE" });
  await wrong.close();
  const none = createApp({ workingFolder: project("", { "certs/tls.crt": "nothing" }) });
  await expect(none).rejects.toMatchObject({ code: "CERTIFICATE_UNUSABLE" });
});

test("turning TLS on or off needs a restart", async () => {
  const app = await createApp({ workingFolder: project() });
  onTestFinished(async () => void (await app.close()));
  const keys = restartKeys(app.config, { host: true, port: true, workers: true, admin: true });
  expect(keys(app.config)).toEqual([]);
  expect(keys({ ...app.config, server: { ...app.config.server, tls: undefined } })).toEqual(["server.tls"]);
});
