import { isJsonObject } from "../../../expression/value.js";
import { failure } from "../../../problems/orchestrator-error.js";
import { freeFormAnswer, freeFormRequest } from "./free-form.js";
import type { Protocol } from "./protocol.js";
import { serverWords } from "./server-words.js";

/** TorchServe. Its handlers settle the form of questions and answers; its statuses mislead. */
export const torchserveProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  ready: () => ({ path: "/ping" }),
  write(question, model) {
    const version = model.version === undefined ? "" : `/${encodeURIComponent(model.version)}`;
    const path = model.endpoint ?? `/predictions/${encodeURIComponent(model.sentName)}${version}`;
    return freeFormRequest(path, question, model);
  },
  read: freeFormAnswer,
  failure(reply, body) {
    const { type, message } = isJsonObject(body) ? body : {};
    const { status } = reply;
    const cause = new Error(serverWords(reply, body));
    if (type === "InvalidKeyException")
      return failure("MODEL_UNAUTHORIZED", {}, { upstreamStatus: status, cause });
    if (status === 503 && type === "ServiceUnavailableException")
      return failure("MODEL_OVERLOADED", {}, { upstreamStatus: status, cause });
    if (message === "Worker died.") return failure("MODEL_TIMED_OUT", {}, { upstreamStatus: status, cause });
    // The handler raised. Its status, 503, would say that it makes sense to try again.
    if (status === 503) return failure("MODEL_FAILED", { status }, { cause });
    return undefined;
  },
};
