import { isJsonObject } from "../../../expression/value.js";
import { instancesProtocol } from "./instances.js";
import type { Protocol } from "./protocol.js";
import { replyJson } from "./reply-json.js";

const pathOf = ({ sentName }: { readonly sentName: string }) => `/v1/models/${encodeURIComponent(sentName)}`;

/** Version 1 of KServe's protocol: rows as `instances`, without versions. */
export const kserveV1Protocol: Protocol = instancesProtocol(pathOf, (model) => ({
  path: pathOf(model),
  isReady(reply) {
    const body = replyJson(reply);
    return isJsonObject(body) && body["ready"] !== false;
  },
}));
