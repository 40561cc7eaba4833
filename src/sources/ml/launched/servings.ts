import { HttpClient } from "../../../connections/http/http-client.js";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import { canConnect } from "../../../connections/process/ports.js";
import type { ServerAddress } from "../../../contracts/server-keeper.js";
import type { Opening } from "../../../contracts/source.js";
import type { Backend, ModelHost } from "../backend.js";
import type { Model } from "../model.js";
import { openServer } from "../protocols/open-server.js";
import type { MlSettings } from "../settings.js";

/** The connections to one launch of a server. */
interface Serving {
  readonly launch: number;
  readonly server: ModelHost;
  readonly backends: ReadonlyMap<string, Backend>;
}

const longestAnswer = 1_048_576;

/** The models on the present launch of a server that this service starts: the next one may listen elsewhere. */
export class Servings {
  private readonly opening: Opening<MlSettings>;
  private readonly models: readonly Model[];
  private serving: Serving | undefined;

  constructor(opening: Opening<MlSettings>, models: readonly Model[]) {
    this.opening = opening;
    this.models = models;
  }

  backendOf(model: Model, address: ServerAddress): Backend {
    return this.at(address).backends.get(model.name)!;
  }

  /** Rejects where the server does not answer in the way that `ready` asks for. */
  async check(address: ServerAddress): Promise<void> {
    const { ready, live } = this.opening.settings;
    if (ready.path !== undefined) return checkPath(address, ready.path);
    if (ready.tcp) return checkConnection(address, live.timeout);
    await Promise.all([...this.at(address).backends.values()].map((backend) => backend.ready()));
  }

  async close(): Promise<void> {
    await this.serving?.server.close();
  }

  private at(address: ServerAddress): Serving {
    const { launch } = address;
    if (this.serving?.launch === launch) return this.serving;
    void this.serving?.server.close();
    const { settings, host, log } = this.opening;
    const url = { origin: originOf(address), path: "" };
    // It is on this machine: what leads to others does not lead to it.
    const near = { ...settings, proxy: undefined, private_addresses: undefined };
    const server = openServer({ url, settings: near, host, log });
    const backends = new Map(this.models.map((model) => [model.name, server.backendOf(model)]));
    return (this.serving = { launch, server, backends });
  }
}

function originOf({ host, port }: ServerAddress): string {
  return `http://${host}:${port}`;
}

async function checkPath(address: ServerAddress, path: string): Promise<void> {
  const client = new HttpClient({ origin: originOf(address), connections: 1 });
  try {
    const { status } = await new Promise<HttpReply>((resolve, reject) => {
      const request = { method: "GET", path, headers: [], body: null };
      client.send(request, longestAnswer, { replied: resolve, failed: reject });
    });
    if (status < 200 || status > 399) throw new Error(`it answered with ${status}`);
  } finally {
    await client.close();
  }
}

async function checkConnection({ host, port }: ServerAddress, timeoutMs: number): Promise<void> {
  if (!(await canConnect(host, port, timeoutMs))) throw new Error("it takes no connection");
}
