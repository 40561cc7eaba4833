import type {
  CallContext,
  Cancellable,
  Receiver,
  SourceLog,
  SourceReply,
  StreamReceiver,
} from "../../contracts/source.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import { stepValue } from "./answers/step-value.js";
import type { Answer, Backend, Question, Signature } from "./backend.js";
import type { Feature } from "./features/feature.js";
import { featureRows, featuresOf } from "./features/feature-vector.js";
import type { Model } from "./model.js";
import type { Recorder, TellEnd } from "./record/recorder.js";
import type { MlCall } from "./steps/ml-call.js";

/** Asks one model: makes questions of what steps give, and steps' values of its answers. */
export class Predictor {
  readonly backend: Backend;
  private readonly model: Model;
  private readonly log: SourceLog;
  private readonly recorder: Recorder | undefined;
  private known: {
    readonly signature: Signature | undefined;
    readonly features: readonly Feature[] | undefined;
  };
  private learning: Promise<void> | undefined;

  constructor(model: Model, backend: Backend, log: SourceLog, recorder: Recorder | undefined) {
    this.model = model;
    this.recorder = recorder;
    this.backend = backend;
    this.log = log;
    this.known = { signature: undefined, features: featuresOf(model, undefined) };
  }

  /** Starts the question of a step. An error is one that was found before anything was sent. */
  start(
    call: MlCall,
    parameters: JsonObject,
    context: CallContext,
    receiver: Receiver,
  ): Cancellable | OrchestratorError {
    const { backend } = this;
    const isKnown = backend.signature !== undefined || backend.learn === undefined;
    // What is missing is refused before anything is sent.
    if (isKnown || call.isTyped || (parameters[call.asks] ?? null) === null)
      return this.ask(call, parameters, context, receiver);
    let isCancelled = false;
    let current: Cancellable | undefined;
    this.learn().then(
      () => {
        if (isCancelled) return;
        const started = this.ask(call, parameters, context, receiver);
        if (started instanceof OrchestratorError) receiver.fail(started);
        else current = started;
      },
      (error: unknown) => isCancelled || receiver.fail(asOrchestratorError(error)),
    );
    return {
      cancel() {
        isCancelled = true;
        current?.cancel();
      },
    };
  }

  /** As `start`, for events that pass as they come; nothing of the model's declaration is needed for that. */
  stream(
    call: MlCall,
    parameters: JsonObject,
    { deadlineMs, trace }: CallContext,
    receiver: StreamReceiver,
  ): Cancellable | OrchestratorError {
    const question = this.questionOf(call, parameters);
    if (question instanceof OrchestratorError) return question;
    return this.backend.stream!(
      question,
      { deadlineMs, trace },
      {
        opened: (reply) => receiver.opened(reply),
        fail: (error) => this.failed(error, receiver),
      },
    );
  }

  /** One request for all who wait for it. */
  learn(): Promise<void> {
    this.learning ??= this.backend.learn!().finally(() => (this.learning = undefined));
    return this.learning;
  }

  private ask(
    call: MlCall,
    parameters: JsonObject,
    context: CallContext,
    receiver: Receiver,
  ): Cancellable | OrchestratorError {
    const question = this.questionOf(call, parameters);
    if (question instanceof OrchestratorError) return question;
    const recorded = this.recorder?.begin(call, parameters, context);
    const told = recorded === undefined ? receiver : recording(receiver, recorded);
    const asked = this.backend.predict(
      question,
      { deadlineMs: context.deadlineMs, trace: context.trace },
      {
        succeed: (answer) => {
          let reply: SourceReply;
          try {
            reply = { value: this.valueOf(answer, question, parameters) };
          } catch (error) {
            return this.failed(asOrchestratorError(error), told);
          }
          told.succeed(reply);
        },
        fail: (error) => this.failed(error, told),
      },
    );
    if (recorded === undefined) return asked;
    return {
      cancel() {
        asked.cancel();
        recorded(null, "SOURCE_CANCELLED");
      },
    };
  }

  private questionOf({ asks }: MlCall, passed: JsonObject): Question | OrchestratorError {
    const given = passed[asks] ?? null;
    if (given === null) return failure("PARAMETER_NULL", { name: asks }, { wasSent: false });
    const own = passed["parameters"] ?? null;
    if (own !== null && !isJsonObject(own)) return notTaken("parameters", "it is no object");
    const parameters = own === null ? this.model.parameters : sentParameters(this.model, own);
    switch (asks) {
      case "features":
      case "rows": {
        const isMany = asks === "rows";
        const rows = featureRows(given, isMany, this.features(), this.model);
        if (rows instanceof OrchestratorError) return rows;
        return { kind: "rows", ...rows, isMany, parameters };
      }
      case "messages":
        if (!isJsonList(given)) return notTaken("messages", "it is no list");
        return { kind: "messages", messages: given, parameters };
      case "input":
        return { kind: "input", input: given, parameters };
      case "tensors":
        return { kind: "tensors", tensors: given, parameters };
    }
  }

  /** Settled again only when the model has declared something new. */
  private features(): readonly Feature[] | undefined {
    const { signature } = this.backend;
    if (signature !== this.known.signature)
      this.known = { signature, features: featuresOf(this.model, signature) };
    return this.known.features;
  }

  private valueOf(answer: Answer, question: Question, passed: JsonObject): JsonValue {
    if (this.model.response === "raw") return answer.raw();
    const own = passed["parameters"] ?? null;
    const threshold = isJsonObject(own) ? own["threshold"] : undefined;
    const { signature } = this.backend;
    return stepValue(answer, question, {
      ...this.model,
      modelClasses: signature?.classNames,
      threshold: typeof threshold === "number" ? threshold : this.model.threshold,
    });
  }

  private failed(error: OrchestratorError, receiver: Pick<Receiver, "fail">): void {
    const { code, cause } = error;
    this.log(code === "SOURCE_CANCELLED" ? "debug" : "warn", "A question to a model failed.", {
      model: this.model.name,
      code,
      ...(cause instanceof Error ? { reason: cause.message } : {}),
    });
    receiver.fail(error);
  }
}

/** The threshold decides here, and is not sent. */
function sentParameters({ parameters }: Model, own: JsonObject): JsonObject {
  const sent: Record<string, JsonValue> = { ...parameters, ...own };
  delete sent["threshold"];
  return sent;
}

function notTaken(name: string, reason: string): OrchestratorError {
  return failure("PARAMETER_INVALID", { name, reason }, { wasSent: false });
}

/** Tells the one who waits first. */
function recording(receiver: Receiver, recorded: TellEnd): Receiver {
  return {
    succeed(reply) {
      receiver.succeed(reply);
      recorded(reply.value, null);
    },
    fail(error) {
      receiver.fail(error);
      recorded(null, error.code);
    },
  };
}
