import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import { badResponse } from "../answers/bad-response.js";
import type { Model } from "../model.js";
import { jsonBody } from "./json-body.js";
import { predictionsAnswer } from "./predictions.js";
import type { Protocol, ProtocolRequest } from "./protocol.js";
import { replyJson } from "./reply-json.js";
import { listText, objectText, rowText } from "./row-text.js";

/** What TensorFlow Serving and version 1 of KServe's protocol have in common. */
export function instancesProtocol(
  pathOf: (model: Model) => string,
  ready: NonNullable<Protocol["ready"]>,
): Protocol {
  return {
    asks: ["features", "rows", "tensors"],
    ready,
    write: (question, model): ProtocolRequest => ({
      path: model.endpoint ?? `${pathOf(model)}:predict`,
      contentType: "application/json",
      body: jsonBody(question, (asked) =>
        objectText({ instances: listText(rowText(asked, model.layout)) }, asked.parameters),
      ),
    }),
    read(reply, question) {
      const whole = replyJson(reply);
      const found = isJsonObject(whole) ? (whole["predictions"] ?? whole["outputs"] ?? null) : null;
      // A batching proxy gives upstream failures as a success without predictions.
      if (found === null) throw badResponse(`it has no predictions: ${messageIn(whole)}`);
      return predictionsAnswer(found, question, whole);
    },
  };
}

function messageIn(whole: JsonValue): string {
  const message = isJsonObject(whole) ? whole["message"] : undefined;
  return typeof message === "string" ? message : "no reason is given";
}
