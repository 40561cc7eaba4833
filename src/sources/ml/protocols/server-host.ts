import { accessOf } from "../../../connections/http/access.js";
import type { BaseUrl } from "../../../connections/http/base-url.js";
import { Senders } from "../../../connections/http/senders.js";
import type { Host } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import type { Backend, ModelHost } from "../backend.js";
import type { Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import { HttpBackend, type ServerAccess } from "./http-backend.js";
import { protocolOf } from "./protocols.js";
import { serverHeaders } from "./server-headers.js";

export interface ServerPlace {
  /** Only its origin and its path are needed where this service has started the server itself. */
  readonly url: Pick<BaseUrl, "origin" | "path"> & Partial<BaseUrl>;
  readonly settings: MlSettings;
  readonly host: Host;
  readonly log: SourceLog;
}

/** The models of one server, at its address, over the connections to it. */
export class ServerHost implements ModelHost {
  private readonly senders: Senders;
  private readonly access: ServerAccess;
  private readonly settings: MlSettings;

  constructor({ url, settings, host, log }: ServerPlace) {
    const { connections, max_response: maxResponse } = settings;
    const access = accessOf(settings);
    this.settings = settings;
    this.senders = new Senders({ origin: url.origin, connections, access, host });
    this.access = {
      sender: this.senders.own,
      stream: (...stream) => this.senders.stream(undefined, ...stream),
      probe: () => this.senders.probe(),
      basePath: url.path,
      headers: [...serverHeaders(settings, url.authorization?.reveal())].flat(),
      maxResponse,
      clock: host.clock,
      log,
    };
  }

  backendOf(model: Model): Backend {
    return new HttpBackend(model, protocolOf(this.settings), this.access);
  }

  close(): Promise<void> {
    return this.senders.close();
  }
}
