import { isJsonObject } from "../../../../expression/value.js";
import { failure } from "../../../../problems/orchestrator-error.js";
import type { Model } from "../../model.js";
import type { Protocol } from "../protocol.js";
import { replyJson } from "../reply-json.js";
import { serverWords } from "../server-words.js";
import { signatureIn } from "./declaration.js";
import { inferAnswer } from "./infer-answer.js";
import { inferRequest } from "./infer-request.js";
import { questionTensors } from "./question-tensors.js";

/** The Open Inference Protocol (version 2) over REST: Triton, KServe, MLServer. */
export const openInferenceProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  ready: (model) => ({ path: `${pathOf(model)}/ready` }),
  metadata: { path: pathOf, read: (reply) => signatureIn(replyJson(reply)), isNeededToAsk: true },
  write(question, model, signature) {
    const tensors = questionTensors(question, model, signature);
    return inferRequest(model.endpoint ?? `${pathOf(model)}/infer`, tensors, question.parameters, model);
  },
  read: inferAnswer,
  /** Triton says in words what its statuses do not tell. */
  failure(reply, body) {
    const { error } = isJsonObject(body) ? body : {};
    if (typeof error !== "string") return undefined;
    const extras = { upstreamStatus: reply.status, cause: new Error(serverWords(reply, body)) };
    if (
      reply.status === 500 &&
      /^(\[request id: [^\]]*\] )?(Unable to parse|failed to parse the request JSON)/.test(error)
    )
      return failure("MODEL_BAD_REQUEST", { status: 500 }, extras);
    if (reply.status !== 503) return undefined;
    if (error.includes("Request timeout expired")) return failure("MODEL_TIMED_OUT", {}, extras);
    return error.includes("Exceeds maximum queue size") ? failure("MODEL_OVERLOADED", {}, extras) : undefined;
  },
};

function pathOf({ sentName, version }: Model): string {
  const ofVersion = version === undefined ? "" : `/versions/${encodeURIComponent(version)}`;
  return `/v2/models/${encodeURIComponent(sentName)}${ofVersion}`;
}
