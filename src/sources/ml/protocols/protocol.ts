import type { HttpReply } from "../../../connections/http/http-reply.js";
import type { JsonValue } from "../../../expression/value.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Answer, Question, Signature } from "../backend.js";
import type { Model } from "../model.js";
import type { Asked } from "../steps/ml-call.js";

/** What one model server understands over HTTP: how questions are written, and how its answers are read. */
export interface Protocol {
  /** What steps can ask. */
  readonly asks: readonly Asked[];
  /** The request of a question. Throws FEATURE_INVALID where a value has no form in it. */
  write(question: Question, model: Model, signature: Signature | undefined): ProtocolRequest;
  /** As `write`, for an answer whose events pass as they come; missing where the protocol has none. */
  writeStream?(question: Question, model: Model): ProtocolRequest;
  /** Reads a successful answer. Throws MODEL_BAD_RESPONSE. */
  read(reply: HttpReply, question: Question, model: Model): Answer;
  /** What a failing answer means where its status alone does not tell; `undefined` where it does. */
  failure?(reply: HttpReply, body: JsonValue | undefined): OrchestratorError | undefined;
  /** Where a model's declaration of itself is found. */
  readonly metadata?: {
    path(model: Model): string;
    /** Throws MODEL_BAD_RESPONSE. */
    read(reply: HttpReply, model: Model): Signature;
    /** Whether questions are written with it, so that it is asked for before the first one. */
    readonly isNeededToAsk: boolean;
  };
  /** Asked for readiness; `undefined` where there is no such path, and a connection must do. */
  ready?(model: Model): ReadyCheck;
}

export interface ProtocolRequest {
  /** Below `base_url`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Buffer;
  /** More headers: names and values in turn. */
  readonly headers?: readonly string[] | undefined;
}

export interface ReadyCheck {
  readonly path: string;
  /** Whether an answer with a good status says that the model is ready; by default every one does. */
  readonly isReady?: ((reply: HttpReply) => boolean) | undefined;
}
