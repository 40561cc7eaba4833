import type { MlSettings } from "../settings.js";
import { jsonProtocol } from "./json.js";
import type { ProtocolName } from "./protocol-names.js";
import type { Protocol } from "./protocol.js";

const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  json: jsonProtocol,
};

/** What the server of a source speaks. */
export function protocolOf({ protocol }: Pick<MlSettings, "protocol">): Protocol {
  return protocols[protocol];
}
