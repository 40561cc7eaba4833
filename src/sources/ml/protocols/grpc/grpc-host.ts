import { GrpcClient } from "../../../../connections/grpc/grpc-client.js";
import type { Backend, ModelHost } from "../../backend.js";
import type { Model } from "../../model.js";
import { serverHeaders } from "../server-headers.js";
import type { ServerPlace } from "../server-host.js";
import { GrpcBackend } from "./grpc-backend.js";

/** The models of one server over one connection of gRPC. */
export class GrpcHost implements ModelHost {
  private readonly client: GrpcClient;
  private readonly place: ServerPlace;

  constructor(place: ServerPlace) {
    const { url, settings } = place;
    const { auth, tls, max_response: maxBytes } = settings;
    const certificate = auth?.kind === "mtls" ? auth.certificate : undefined;
    const headers = Object.fromEntries(serverHeaders(settings, url.authorization?.reveal()));
    this.place = place;
    this.client = new GrpcClient({ origin: url.origin, headers, maxBytes, tls, certificate });
  }

  backendOf(model: Model): Backend {
    return new GrpcBackend(model, this.client, this.place.host.clock);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
