import type { ModelHost } from "../backend.js";
import { GrpcHost } from "./grpc/grpc-host.js";
import { ServerHost, type ServerPlace } from "./server-host.js";

/** The models of a server, over the transport that its settings name. */
export function openServer(place: ServerPlace): ModelHost {
  return place.settings.transport === "grpc" ? new GrpcHost(place) : new ServerHost(place);
}
