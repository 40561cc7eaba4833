import { failLater } from "../../../connections/fail-later.js";
import type { Cancel, Clock } from "../../../contracts/host.js";
import type { Cancellable, StreamReceiver } from "../../../contracts/source.js";
import { failure } from "../../../problems/orchestrator-error.js";
import type {
  AnswerReceiver,
  Backend,
  Question,
  QuestionContext,
  RowsQuestion,
  Signature,
} from "../backend.js";
import { Batch, type Member } from "./batch.js";
import type { Batching } from "./batching-keys.js";

/** Questions that may be asked together: those of the same features with the same parameters. */
interface Lane {
  /** Batches that wait for their answers. */
  running: number;
  open: { readonly batch: Batch; readonly stopTimer: Cancel } | undefined;
}

/**
 * Asks a model about rows of concurrent requests together. A model that is idle is asked at once; while it is busy, rows
 * gather until there are enough, until the first of them has waited long enough, or until the model is idle again.
 */
export class BatchingBackend implements Backend {
  private readonly backend: Backend;
  private readonly limits: Batching;
  private readonly clock: Clock;
  private readonly lanes = new Map<string, Lane>();
  private readonly texts = new WeakMap<object, string>();
  private openRows = 0;

  constructor(backend: Backend, limits: Batching, clock: Clock) {
    this.backend = backend;
    this.limits = limits;
    this.clock = clock;
  }

  get signature(): Signature | undefined {
    return this.backend.signature;
  }

  get learn(): (() => Promise<void>) | undefined {
    return this.backend.learn === undefined ? undefined : () => this.backend.learn!();
  }

  get describe(): Backend["describe"] {
    const { backend } = this;
    return backend.describe === undefined ? undefined : () => backend.describe!();
  }

  get stream(): Backend["stream"] {
    const { backend } = this;
    if (backend.stream === undefined) return undefined;
    return (question: Question, context: QuestionContext, receiver: StreamReceiver) =>
      backend.stream!(question, context, receiver);
  }

  ready(): Promise<void> {
    return this.backend.ready();
  }

  predict(question: Question, context: QuestionContext, receiver: AnswerReceiver): Cancellable {
    const isAlone = question.kind !== "rows" || question.rows.length >= this.limits.max_size;
    if (isAlone) return this.backend.predict(question, context, receiver);
    const count = question.rows.length;
    if (this.openRows + count > this.limits.max_queue)
      return failLater(receiver, failure("MODEL_OVERLOADED", {}, { wasSent: false }));
    this.openRows += count;
    return this.join(question, context, this.counted(count, receiver));
  }

  private counted(count: number, receiver: AnswerReceiver): AnswerReceiver & { settled: () => void } {
    let isSettled = false;
    const settled = () => {
      if (!isSettled) this.openRows -= count;
      isSettled = true;
    };
    return {
      settled,
      succeed(answer) {
        settled();
        receiver.succeed(answer);
      },
      fail(error) {
        settled();
        receiver.fail(error);
      },
    };
  }

  private join(
    question: RowsQuestion,
    { deadlineMs }: QuestionContext,
    receiver: AnswerReceiver & { settled: () => void },
  ): Cancellable {
    const key = `${this.textOf(question.features)}${this.textOf(question.parameters)}`;
    const lane = this.laneOf(key);
    const count = question.rows.length;
    if (lane.open !== undefined && lane.open.batch.rowCount + count > this.limits.max_size) this.send(lane);
    const { batch } = (lane.open ??= this.newBatch(key, lane));
    const member: Member = { question, deadlineMs, receiver };
    batch.add(member);
    const isUrgent = deadlineMs - this.clock.monotonicMs() <= this.limits.max_wait;
    if (lane.running === 0 || isUrgent || batch.rowCount >= this.limits.max_size) this.send(lane);
    return {
      cancel: () => {
        receiver.settled();
        batch.leave(member);
      },
    };
  }

  private newBatch(key: string, lane: Lane): NonNullable<Lane["open"]> {
    let hasEnded = false;
    const batch = new Batch(this.backend, () => {
      if (hasEnded) return;
      hasEnded = true;
      lane.running -= 1;
      if (lane.running > 0) return;
      if (lane.open !== undefined) this.send(lane);
      else this.lanes.delete(key);
    });
    return { batch, stopTimer: this.clock.after(this.limits.max_wait, () => this.send(lane)) };
  }

  private send(lane: Lane): void {
    const { open } = lane;
    if (open === undefined) return;
    open.stopTimer();
    lane.open = undefined;
    lane.running += 1;
    open.batch.send();
  }

  private laneOf(key: string): Lane {
    const known = this.lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { running: 0, open: undefined };
    this.lanes.set(key, lane);
    return lane;
  }

  /** The same declared features and parameters are the same objects, so that they are written down once. */
  private textOf(value: object): string {
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(value);
    this.texts.set(value, text);
    return text;
  }
}
