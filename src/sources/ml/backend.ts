import type { Cancellable, StreamReceiver, TraceHeaders } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Feature } from "./features/feature.js";
import type { Model } from "./model.js";
import type { Tensor, TensorSignature } from "./tensors/tensor.js";

/**
 * What the models of one source run on: a server that speaks a protocol, a process or a container that is one once it
 * has started, or this process itself. Made when the source is opened, and closed with it.
 */
export interface ModelHost {
  /** One model. Asked once for each model of the source, right after the host was made. */
  backendOf(model: Model): Backend;
  /** Resolves when the server that it starts itself runs, or could not be started. */
  started?(): Promise<void>;
  /** What is told of the server that it keeps. */
  facts?(): JsonObject;
  /** Ends what runs and frees everything. Can be called twice. */
  close(): Promise<void>;
}

/**
 * One model, ready to be asked. Whoever implements it turns a question into what the model understands, and what it
 * answers into outputs; rows are complete and converted before, and outputs become a step's value afterwards.
 */
export interface Backend {
  /**
   * Starts one prediction. The receiver is told exactly once, later than this returns, and not at all after `cancel`.
   * Failures are OrchestratorErrors of the catalogue: MODEL_NOT_READY while it cannot be asked yet, MODEL_FAILED and
   * its kin, SOURCE_* for the network.
   */
  predict(question: Question, context: QuestionContext, receiver: AnswerReceiver): Cancellable;
  /** What the model declares of itself, where that is known by now: the types of its inputs, and its outputs. */
  readonly signature: Signature | undefined;
  /**
   * Finds the signature out where it is not known yet and can be. A backend without this knows it from the start, or
   * never. Rejects where the model cannot be asked, and can be tried again then.
   */
  readonly learn?: (() => Promise<void>) | undefined;
  /** Asks the model what it declares of itself. Missing where there is nobody to ask. Rejects as `ready` does. */
  readonly describe?: (() => Promise<Signature>) | undefined;
  /** As `Source.stream`, for models that answer piece by piece. */
  readonly stream?:
    ((question: Question, context: QuestionContext, receiver: StreamReceiver) => Cancellable) | undefined;
  /** Whether the model can be asked now. Rejects with an OrchestratorError that says why not. */
  ready(): Promise<void>;
}

export interface QuestionContext {
  /** When the wait for the answer ends, on the host's monotonic clock. The question is cancelled then. */
  readonly deadlineMs: number;
  readonly trace?: TraceHeaders | undefined;
}

export interface AnswerReceiver {
  succeed(answer: Answer): void;
  fail(error: OrchestratorError): void;
}

/** What a step asks, whatever the protocol. */
export type Question = RowsQuestion | TensorsQuestion | MessagesQuestion | InputQuestion;

interface AnyQuestion {
  /** Those of the model with those of the step laid over them, without `threshold`. */
  readonly parameters: JsonObject;
}

/** Rows of features. Rows of several questions that differ in nothing else can be asked together. */
export interface RowsQuestion extends AnyQuestion {
  readonly kind: "rows";
  /** What each column is, in the order of the feature vector. */
  readonly features: readonly Feature[];
  /**
   * A value for each feature of each row, converted to its type where that is known; a list where it is wider than one.
   * Of `missing: nan` the number NaN.
   */
  readonly rows: readonly (readonly JsonValue[])[];
  /** `rows` was asked for, so that one row is still a list of one. */
  readonly isMany: boolean;
}

/** What `tensors` gives: for protocols that have none, the body as it is. */
export interface TensorsQuestion extends AnyQuestion {
  readonly kind: "tensors";
  readonly tensors: JsonValue;
}

export interface MessagesQuestion extends AnyQuestion {
  readonly kind: "messages";
  readonly messages: readonly JsonValue[];
}

export interface InputQuestion extends AnyQuestion {
  readonly kind: "input";
  readonly input: JsonValue;
}

/** What a model answers. */
export type Answer = TensorsAnswer | ValuesAnswer | WholeAnswer;

interface AnyAnswer {
  /** The answer as it came, for `response: raw`; made only when it is asked for. */
  readonly raw: () => JsonValue;
  /** Who answered, where it says so. */
  readonly model?: string | undefined;
  readonly version?: string | undefined;
}

/** Outputs by name. Those of rows begin with a dimension of as many rows. */
export interface TensorsAnswer extends AnyAnswer {
  readonly kind: "tensors";
  readonly outputs: readonly Tensor[];
}

/** A value for each row: a number, a text, a list, or an object of outputs. */
export interface ValuesAnswer extends AnyAnswer {
  readonly kind: "values";
  readonly values: readonly JsonValue[];
}

/** The step's value as it is. */
export interface WholeAnswer extends AnyAnswer {
  readonly kind: "whole";
  readonly value: JsonValue;
}

/** What a model declares of itself. */
export interface Signature {
  /** In the model's order; empty where it declares none. */
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** Where the model's file has them. */
  readonly classNames?: readonly string[] | undefined;
}
