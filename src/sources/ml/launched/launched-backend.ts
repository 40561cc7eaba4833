import type { UsedServer } from "../../../connections/kept/used-server.js";
import type { Cancellable, StreamReceiver } from "../../../contracts/source.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { AnswerReceiver, Backend, Question, QuestionContext, Signature } from "../backend.js";
import type { Model } from "../model.js";
import type { Servings } from "./servings.js";

/** A model on a server that may be starting, or gone; then the one at `base_url` is asked, where there is one. */
export class LaunchedBackend implements Backend {
  private readonly server: UsedServer;
  private readonly servings: Servings;
  private readonly model: Model;
  private readonly fallback: Backend | undefined;

  constructor(server: UsedServer, servings: Servings, model: Model, fallback: Backend | undefined) {
    this.server = server;
    this.servings = servings;
    this.model = model;
    this.fallback = fallback;
  }

  get signature(): Signature | undefined {
    return this.running?.signature;
  }

  /** Whether there is anything to learn is known when the server runs. */
  get learn(): (() => Promise<void>) | undefined {
    const { running } = this;
    if (running === undefined) return () => this.whenReady().then((backend) => backend.learn?.());
    return running.learn === undefined ? undefined : () => running.learn!();
  }

  async describe(): Promise<Signature> {
    const backend = await this.whenReady();
    return (await backend.describe?.()) ?? { inputs: [], outputs: [] };
  }

  predict(question: Question, context: QuestionContext, receiver: AnswerReceiver): Cancellable {
    return this.through((backend) => backend.predict(question, context, receiver), receiver);
  }

  stream(question: Question, context: QuestionContext, receiver: StreamReceiver): Cancellable {
    return this.through((backend) => {
      if (backend.stream !== undefined) return backend.stream(question, context, receiver);
      receiver.fail(failure("MODEL_UNSUPPORTED", {}, { wasSent: false }));
      return { cancel: () => undefined };
    }, receiver);
  }

  /** Does not wait: who asks wants to know how it stands. */
  async ready(): Promise<void> {
    const backend = this.running ?? this.fallback;
    if (backend === undefined) throw failure("MODEL_NOT_READY", { reason: this.server.wake() });
    return backend.ready();
  }

  private get running(): Backend | undefined {
    const { current } = this.server;
    return current && this.servings.backendOf(this.model, current);
  }

  private through(
    ask: (backend: Backend) => Cancellable,
    receiver: { fail(error: OrchestratorError): void },
  ): Cancellable {
    const { running } = this;
    if (running !== undefined) return ask(running);
    let current: Cancellable = this.wait(
      (backend) => (current = ask(backend)),
      (error) => receiver.fail(error),
    );
    return { cancel: () => current.cancel() };
  }

  private whenReady(): Promise<Backend> {
    return new Promise((resolve, reject) => this.wait(resolve, reject));
  }

  private wait(use: (backend: Backend) => void, fail: (error: OrchestratorError) => void): Cancellable {
    return this.server.whenReady({
      ready: (address) => use(this.servings.backendOf(this.model, address)),
      notReady: (reason) => {
        if (this.fallback !== undefined) use(this.fallback);
        else fail(failure("MODEL_NOT_READY", { reason }, { wasSent: false }));
      },
    });
  }
}
