import { failLater } from "../../../../connections/fail-later.js";
import type { GrpcClient } from "../../../../connections/grpc/grpc-client.js";
import type { Clock } from "../../../../contracts/host.js";
import type { Cancellable } from "../../../../contracts/source.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../../problems/orchestrator-error.js";
import type { AnswerReceiver, Backend, Question, QuestionContext, Signature } from "../../backend.js";
import type { Model } from "../../model.js";
import { questionTensors } from "../open-inference/question-tensors.js";
import { grpcFailure } from "./grpc-status.js";
import { inferMessage, modelMessage } from "./infer-message.js";
import { inferReply, metadataReply, readyReply } from "./infer-reply.js";

const service = "/inference.GRPCInferenceService";
const probeTimeoutMs = 10_000;

/** A model behind a server that speaks the Open Inference Protocol over gRPC. */
export class GrpcBackend implements Backend {
  signature: Signature | undefined;
  private readonly model: Model;
  private readonly client: GrpcClient;
  private readonly clock: Clock;

  constructor(model: Model, client: GrpcClient, clock: Clock) {
    this.model = model;
    this.client = client;
    this.clock = clock;
  }

  predict(question: Question, { deadlineMs }: QuestionContext, receiver: AnswerReceiver): Cancellable {
    const { model, client, clock } = this;
    let message: Buffer;
    try {
      message = inferMessage(questionTensors(question, model, this.signature), question.parameters, model);
    } catch (error) {
      return failLater(receiver, asOrchestratorError(error));
    }
    return client.call(`${service}/ModelInfer`, message, deadlineMs - clock.monotonicMs(), {
      replied(reply) {
        let answer;
        try {
          answer = inferReply(reply);
        } catch (error) {
          return receiver.fail(asOrchestratorError(error));
        }
        receiver.succeed(answer);
      },
      refused: (status, words) => receiver.fail(this.failureOf(status, words)),
      failed: (error) => receiver.fail(error),
    });
  }

  async learn(): Promise<void> {
    this.signature = await this.describe();
  }

  async describe(): Promise<Signature> {
    return metadataReply(await this.ask("ModelMetadata"));
  }

  async ready(): Promise<void> {
    if (!readyReply(await this.ask("ModelReady"))) throw failure("MODEL_NOT_READY", {});
  }

  private ask(method: string): Promise<Buffer> {
    const { sentName, version } = this.model;
    const message = modelMessage(sentName, version).bytes();
    return new Promise((resolve, reject) => {
      this.client.call(`${service}/${method}`, message, probeTimeoutMs, {
        replied: resolve,
        refused: (status, words) => reject(this.failureOf(status, words)),
        failed: reject,
      });
    });
  }

  private failureOf(status: number, words: string): OrchestratorError {
    const error = grpcFailure(status, words);
    if (error.code !== "MODEL_BAD_REQUEST" || !this.model.passClientErrors) return error;
    return new OrchestratorError({ ...error.problem, callersOwn: true }, error.cause);
  }
}
