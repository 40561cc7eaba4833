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
      probe: () => this.senders.probe(),
      basePath: url.path,
      headers: headersOf(settings, url.authorization?.reveal()),
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

/** Written headers are laid over what is sent without being asked for; credentials are laid over them. */
function headersOf({ headers, auth }: MlSettings, fromUrl: string | undefined): readonly string[] {
  const all = new Map([["user-agent", "orchestrator-api-service"]]);
  if (fromUrl !== undefined) all.set("authorization", fromUrl);
  for (const [name, value] of headers) all.set(name.toLowerCase(), value);
  if (auth?.kind === "header") all.set(auth.name.toLowerCase(), auth.value.reveal());
  return [...all].flat();
}
