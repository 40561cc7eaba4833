import { isJsonList, isJsonObject, type JsonValue } from "../../../expression/value.js";
import type { Model } from "../model.js";
import { instancesProtocol } from "./instances.js";
import type { Protocol } from "./protocol.js";
import { replyJson } from "./reply-json.js";
import { tfSignature } from "./tf-signature.js";

/** TensorFlow Serving over REST. It is ready when the version asked for, or any, is available. */
export const tfServingProtocol: Protocol = {
  ...instancesProtocol(pathOf, (model) => ({
    path: pathOf(model),
    isReady(reply) {
      const body = replyJson(reply);
      const states = isJsonObject(body) ? (body["model_version_status"] ?? null) : null;
      return isJsonList(states) && states.some(isAvailable);
    },
  })),
  metadata: {
    path: (model) => `${pathOf(model)}/metadata`,
    read: (reply, { parameters }) => tfSignature(replyJson(reply), parameters["signature_name"]),
    isNeededToAsk: false,
  },
};

function pathOf({ sentName, version }: Model): string {
  const ofVersion = version === undefined ? "" : `/versions/${encodeURIComponent(version)}`;
  return `/v1/models/${encodeURIComponent(sentName)}${ofVersion}`;
}

function isAvailable(state: JsonValue): boolean {
  return isJsonObject(state) && state["state"] === "AVAILABLE";
}
