import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { temporaryFolder } from "../../host/temporary-folder.js";

interface Container {
  readonly id: string;
  readonly body: JsonObject;
  server: Server | undefined;
  port: number;
  end: ((code: number) => void) | undefined;
  readonly ended: Promise<number>;
  isOutOfMemory: boolean;
}

/** What stands for the Docker Engine: its answers are those of its API's description, on a socket of its own. */
export class SimulatedEngine {
  readonly asked: string[] = [];
  readonly registryHeaders: (string | undefined)[] = [];
  readonly images = new Set<string>(["team/model:3"]);
  readonly containers = new Map<string, Container>();
  apiVersion = "1.45";
  /** In the stream of a pull, in place of success. */
  pullError: string | undefined;
  /** A pull has no end. */
  pullsForEver = false;
  startError: string | undefined;
  /** Of every request to stop or to remove a container. */
  endError: string | undefined;
  exposed: readonly string[] = ["8080/tcp"];
  socketPath = "";

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      void this.answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(JSON.stringify({ message: String(error) }));
      });
    });
    this.socketPath = join(temporaryFolder({}), "docker.sock");
    server.listen(this.socketPath);
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
      for (const { server: inside } of this.containers.values()) inside?.close();
    });
  }

  get only(): Container {
    const [only, second] = [...this.containers.values()];
    if (only === undefined || second !== undefined) throw new Error(`${this.containers.size} containers`);
    return only;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://docker");
    const asked = `${request.method} ${url.pathname}`;
    if (url.pathname === "/_ping") {
      response.setHeader("api-version", this.apiVersion);
      return void response.end("OK");
    }
    const path = url.pathname.replace(/^\/v[\d.]+/, "");
    this.asked.push(`${asked}${url.search}`);
    const body = (await text(request)) || "null";
    const json = (status: number, value?: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(value === undefined ? undefined : JSON.stringify(value));
    };
    if (path === "/images/create") return this.pull(request, url, response);
    const image = /^\/images\/(.+)\/json$/.exec(path)?.[1];
    if (image !== undefined) {
      if (!this.images.has(image)) return json(404, { message: `No such image: ${image}` });
      const ports = Object.fromEntries(this.exposed.map((port) => [port, {}]));
      return json(200, { Id: "sha256:1", Config: { ExposedPorts: ports } });
    }
    if (path === "/containers/create")
      return json(201, { Id: this.create(JSON.parse(body) as JsonObject), Warnings: [] });
    if (path === "/containers/json") return json(200, this.list(url));
    const [, id, action = "remove"] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const container = this.containers.get(id ?? "");
    if (container === undefined) return json(404, { message: `No such container: ${id}` });
    if ((action === "stop" || action === "remove") && this.endError !== undefined)
      return json(500, { message: this.endError });
    switch (action) {
      case "start":
        if (this.startError !== undefined) return json(500, { message: this.startError });
        await this.start(container);
        return json(204);
      case "json":
        return json(200, this.inspect(container));
      case "logs":
        response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" });
        response.write(Buffer.from("010000000000000672656164790a02000000000000046f6f7073", "hex"));
        return void container.ended.then(() => response.end());
      case "wait":
        return json(200, { StatusCode: await container.ended });
      case "stop":
        this.endOf(container, 143);
        return json(204);
      case "remove":
        this.endOf(container, 137);
        this.containers.delete(container.id);
        return json(204);
      default:
        return json(404, { message: "page not found" });
    }
  }

  /** The container ends. */
  endOf(container: Container, code: number): void {
    container.server?.closeAllConnections();
    container.server?.close();
    container.end?.(code);
  }

  private pull(request: IncomingMessage, url: URL, response: ServerResponse): void {
    const header = request.headers["x-registry-auth"];
    this.registryHeaders.push(header as string | undefined);
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"status":"Pulling from team/model","id":"3"}\r\n{"status":"Downlo');
    response.write('ading","progressDetail":{"current":1,"total":2},"id":"a"}\r\n');
    if (this.pullsForEver) return;
    if (this.pullError !== undefined) {
      return void response.end(
        `${JSON.stringify({ error: this.pullError, errorDetail: { message: this.pullError } })}\r\n`,
      );
    }
    this.images.add(`${url.searchParams.get("fromImage")}:${url.searchParams.get("tag")}`);
    response.end('{"status":"Download complete"}\r\n');
  }

  create(body: JsonObject): string {
    const id = randomBytes(32).toString("hex");
    let end: ((code: number) => void) | undefined;
    const ended = new Promise<number>((resolve) => (end = resolve));
    this.containers.set(id, { id, body, server: undefined, port: 0, end, ended, isOutOfMemory: false });
    return id;
  }

  private async start(container: Container): Promise<void> {
    container.server = createServer((request, response) => {
      if (request.method === "GET") return void response.end("ok");
      void text(request).then((sent) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ got: JSON.parse(sent) as unknown, container: container.id }));
      });
    }).listen(0, "127.0.0.1");
    await once(container.server, "listening");
    container.port = (container.server.address() as AddressInfo).port;
  }

  private inspect({ port, isOutOfMemory }: Container): unknown {
    return {
      State: { Status: "running", OOMKilled: isOutOfMemory },
      NetworkSettings: {
        Ports: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] },
        Networks: { models: { IPAddress: "10.1.2.3" } },
      },
    };
  }

  private list(url: URL): unknown {
    const { label } = JSON.parse(url.searchParams.get("filters")!) as { label: readonly [string] };
    const [name, value] = label[0].split("=");
    return [...this.containers.values()]
      .map(({ id, body }) => ({ Id: id, Labels: body["Labels"] as Record<string, string> }))
      .filter(({ Labels }) => Labels[name!] === value);
  }
}

export async function simulatedEngine(): Promise<SimulatedEngine> {
  const engine = new SimulatedEngine();
  await engine.listen();
  return engine;
}
