import { failLater } from "../../../connections/fail-later.js";
import type { Tensor } from "../../../connections/onnx/element-type.js";
import type { OnnxModel } from "../../../connections/onnx/onnx-model.js";
import type { RunFault } from "../../../connections/onnx/protocol.js";
import type { Cancellable } from "../../../contracts/source.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type {
  AnswerReceiver,
  Backend,
  Question,
  QuestionContext,
  RowsQuestion,
  Signature,
} from "../backend.js";
import type { Feature } from "../features/feature.js";
import type { Model } from "../model.js";
import { givenTensors } from "./given-tensors.js";
import { layoutOf, type InputLayout } from "./input-layout.js";
import { answerOf, joinRuns } from "./read-outputs.js";
import { signatureOf } from "./signature.js";
import { feedsOf } from "./write-tensors.js";

/** A model that is a file, and runs in this process. */
export class OnnxBackend implements Backend {
  readonly signature: Signature;
  private readonly model: Model;
  private readonly running: OnnxModel;
  /** The outputs that are read: their names here, and those of the tensors that hold them. */
  private readonly names: readonly string[];
  private readonly fetches: readonly string[];
  private laidOut:
    { readonly features: readonly Feature[]; readonly layouts: readonly InputLayout[] } | undefined;

  constructor(model: Model, running: OnnxModel) {
    const { file } = running.loaded;
    this.model = model;
    this.running = running;
    this.signature = signatureOf(file, model);
    this.names = model.outputs?.names ?? this.signature.outputs.map(({ name }) => name);
    this.fetches = this.names.map(
      (name) => file.outputs.find((output) => output.name === name)?.fetchedAs ?? name,
    );
  }

  predict(question: Question, _: QuestionContext, receiver: AnswerReceiver): Cancellable {
    try {
      if (question.kind === "rows") return this.predictRows(question, receiver);
      if (question.kind !== "tensors") throw new Error(`A model file has no ${question.kind}.`);
      const feeds = givenTensors(question.tensors, this.signature.inputs, this.model);
      return this.run(feeds, 1, receiver);
    } catch (error) {
      return failLater(receiver, asOrchestratorError(error));
    }
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  private predictRows(question: RowsQuestion, receiver: AnswerReceiver): Cancellable {
    const { features, rows, isMany } = question;
    if (rows.length === 0) return this.answerNothing(receiver);
    const layouts = this.layoutsOf(features);
    const batch = layouts.find((layout) => layout.batch !== undefined)?.batch;
    if (batch === undefined || batch === rows.length)
      return this.run(feedsOf(isMany ? "rows" : "features", layouts, rows), rows.length, receiver);
    return this.runInBatches(layouts, question, batch, receiver);
  }

  /** A model with a fixed number of rows is asked as often as it takes; its last batch is filled up with its last row. */
  private runInBatches(
    layouts: readonly InputLayout[],
    { rows, isMany }: RowsQuestion,
    batch: number,
    receiver: AnswerReceiver,
  ): Cancellable {
    const count = Math.ceil(rows.length / batch);
    const runs: (readonly Tensor[])[] = [];
    let left = count;
    const cancel = () => {
      left = -1;
      for (const each of started) each.cancel();
    };
    const started = Array.from({ length: count }, (_, index) => {
      const part = rows.slice(index * batch, (index + 1) * batch);
      const filled = Array.from({ length: batch }, (_each, row) => part[row] ?? part.at(-1)!);
      return this.running.run(feedsOf(isMany ? "rows" : "features", layouts, filled), this.fetches, batch, {
        succeed: (outputs) => {
          runs[index] = outputs;
          if (--left === 0) receiver.succeed(this.answer(joinRuns(runs, batch, rows.length)));
        },
        fail: (fault) => {
          if (left <= 0) return;
          cancel();
          receiver.fail(this.errorOf(fault));
        },
      });
    });
    return { cancel };
  }

  private run(feeds: Readonly<Record<string, Tensor>>, rows: number, receiver: AnswerReceiver): Cancellable {
    return this.running.run(feeds, this.fetches, rows, {
      succeed: (outputs) => receiver.succeed(this.answer(outputs)),
      fail: (fault) => receiver.fail(this.errorOf(fault)),
    });
  }

  private answer(outputs: readonly Tensor[]) {
    return answerOf(this.model, this.names, outputs);
  }

  /** Not every model takes a table without rows. */
  private answerNothing(receiver: AnswerReceiver): Cancellable {
    let isCancelled = false;
    queueMicrotask(() => {
      if (isCancelled) return;
      const outputs = this.names.map(() => ({
        type: "float32" as const,
        dims: [0],
        data: new Float32Array(0),
      }));
      receiver.succeed(this.answer(outputs));
    });
    return { cancel: () => void (isCancelled = true) };
  }

  /** Settled once: features are the same object as long as the signature is. */
  private layoutsOf(features: readonly Feature[]): readonly InputLayout[] {
    if (this.laidOut?.features === features) return this.laidOut.layouts;
    const layouts = layoutOf(features, this.signature.inputs);
    if (typeof layouts === "string")
      throw failure("MODEL_BAD_REQUEST", {}, { wasSent: false, cause: new Error(layouts) });
    this.laidOut = { features, layouts };
    return layouts;
  }

  private errorOf({ kind, message, wasSent }: RunFault): OrchestratorError {
    const extras = { cause: new Error(message), ...(wasSent === undefined ? {} : { wasSent }) };
    switch (kind) {
      case "values": {
        const error = failure("MODEL_BAD_REQUEST", {}, extras);
        if (!this.model.passClientErrors) return error;
        return new OrchestratorError({ ...error.problem, callersOwn: true }, error.cause);
      }
      case "unsupported":
        return failure("MODEL_UNSUPPORTED", {}, extras);
      case "busy":
        return failure("MODEL_OVERLOADED", {}, extras);
      case "cancelled":
        return failure("SOURCE_CANCELLED", {}, extras);
      case "lost":
      case "failed":
        return failure("MODEL_FAILED", {}, extras);
    }
  }
}
