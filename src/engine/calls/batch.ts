import type { Batch, BatchPlace, Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";
import { asOrchestratorError, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { SingleCalls, type BatchedCall } from "./single-calls.js";
import type { EngineContext, RunCall, Wrap } from "./run-call.js";

/** The calls of one execution that gather before they are made as one. */
export class BatchTable {
  private gathering: Map<Batch, BatchedCalls> | undefined;

  of(batch: Batch, run: RunCall): BatchedCalls {
    this.gathering ??= new Map();
    const known = this.gathering.get(batch);
    if (known !== undefined) return known;
    const made = new BatchedCalls(batch, run);
    this.gathering.set(batch, made);
    return made;
  }
}

/** Makes the calls of one operation that start together as one; `runBatch` is that one. */
export function withBatch(batch: Batch, runBatch: RunCall): Wrap {
  return (next) => (parameters, context, receiver) => {
    const place = batch.place(parameters);
    if (place === undefined) return next(parameters, context, receiver);
    return context.batches.of(batch, runBatch).join(place, { parameters, context, receiver, run: next });
  };
}

/** The calls of one operation, by what they pass beside their keys. */
class BatchedCalls {
  readonly batch: Batch;
  readonly run: RunCall;
  readonly singles = new SingleCalls();
  private readonly open = new Map<string, Gathering>();

  constructor(batch: Batch, run: RunCall) {
    this.batch = batch;
    this.run = run;
  }

  join(place: BatchPlace, call: BatchedCall): Cancellable {
    const known = this.open.get(place.group);
    const gathering = known ?? new Gathering(this);
    if (known === undefined) {
      this.open.set(place.group, gathering);
      queueMicrotask(() => this.send(place.group, gathering));
    }
    const waiter = gathering.add(place, call);
    if (gathering.size >= this.batch.maxSize) this.send(place.group, gathering);
    return waiter;
  }

  private send(group: string, gathering: Gathering): void {
    if (this.open.get(group) === gathering) this.open.delete(group);
    gathering.send();
  }
}

interface Entry {
  readonly place: BatchPlace;
  readonly calls: Set<BatchedCall>;
}

/**
 * Calls that become one. It belongs to none of them: it goes on while anyone waits, as long as the last of them waits,
 * and ends when nobody does.
 */
class Gathering implements Receiver {
  private readonly owner: BatchedCalls;
  private readonly entries = new Map<string, Entry>();
  /** Of those that are made by themselves after all. */
  private readonly alone = new Map<BatchedCall, Cancellable>();
  private inner: Cancellable | undefined;
  private wasSent = false;
  private waiting = 0;

  constructor(owner: BatchedCalls) {
    this.owner = owner;
  }

  /** Different keys. */
  get size(): number {
    return this.entries.size;
  }

  add(place: BatchPlace, call: BatchedCall): Cancellable {
    const entry = this.entries.get(place.key) ?? { place, calls: new Set() };
    this.entries.set(place.key, entry);
    entry.calls.add(call);
    this.waiting += 1;
    return { cancel: () => this.leave(entry, call) };
  }

  send(): void {
    if (this.wasSent || this.size === 0) return;
    this.wasSent = true;
    if (this.size === 1) return this.makeAlone(this.take());
    const entries = [...this.entries.values()];
    const calls = entries.flatMap((entry) => [...entry.calls]);
    try {
      const parameters = this.owner.batch.merge(entries.map((entry) => firstOf(entry).parameters));
      this.inner = this.owner.run(parameters, sharedContext(calls), this);
    } catch (error) {
      queueMicrotask(() => this.fail(asOrchestratorError(error)));
    }
  }

  succeed(reply: SourceReply): void {
    const entries = this.take();
    let values: readonly (JsonValue | undefined)[];
    try {
      values = this.owner.batch.split(
        reply.value,
        entries.map(({ place }) => place),
      );
    } catch (error) {
      return failAll(entries, asOrchestratorError(error));
    }
    this.makeAlone(entries.filter((_, index) => values[index] === undefined));
    for (const [index, { calls }] of entries.entries()) {
      const value = values[index];
      if (value !== undefined) tell(calls, (receiver) => receiver.succeed(answer(reply, value)));
    }
  }

  fail(error: OrchestratorError): void {
    const entries = this.take();
    if (concernsSome(error)) this.makeAlone(entries);
    else failAll(entries, error);
  }

  /** It has ended: whoever leaves from here on leaves nothing to end. */
  private take(): readonly Entry[] {
    const entries = [...this.entries.values()];
    this.entries.clear();
    this.inner = undefined;
    return entries;
  }

  private makeAlone(entries: readonly Entry[]): void {
    for (const { calls } of entries) {
      for (const call of calls) this.alone.set(call, this.owner.singles.start(call));
    }
  }

  private leave(entry: Entry, call: BatchedCall): void {
    const alone = this.alone.get(call);
    if (alone !== undefined) return alone.cancel();
    if (!entry.calls.delete(call)) return;
    this.waiting -= 1;
    if (!this.wasSent && entry.calls.size === 0) this.entries.delete(entry.place.key);
    if (this.waiting === 0) this.inner?.cancel();
  }
}

/** That of the first, with the latest deadline of all. */
function sharedContext(calls: readonly BatchedCall[]): EngineContext {
  const latest = (of: (context: EngineContext) => number) =>
    calls.reduce((most, { context }) => Math.max(most, of(context)), -Infinity);
  return {
    ...calls[0]!.context,
    get deadlineMs() {
      return latest((context) => context.deadlineMs);
    },
    get lateMs() {
      return latest((context) => context.lateMs);
    },
  };
}

/** One whose key is the same asks for the same. */
function firstOf({ calls }: Entry): BatchedCall {
  return calls.values().next().value!;
}

function answer(reply: SourceReply, value: JsonValue): SourceReply {
  return {
    value,
    status: reply.status,
    get headers() {
      return reply.headers;
    },
    get meta() {
      return reply.meta;
    },
    isFallback: reply.isFallback,
  };
}

function failAll(entries: readonly Entry[], error: OrchestratorError): void {
  for (const { calls } of entries) tell(calls, (receiver) => receiver.fail(error));
}

/** What one of them does may make another leave, who is then told nothing. */
function tell(calls: Set<BatchedCall>, how: (receiver: Receiver) => void): void {
  for (const call of [...calls]) {
    if (calls.delete(call)) how(call.receiver);
  }
}

const statusesOfSome = new Set([400, 404, 413, 414, 422]);
const codesOfSome = new Set([
  ...["PARAMETER_NULL", "PARAMETER_INVALID", "QUERY_FAILED"],
  ...["TOO_MANY_ROWS", "SOURCE_REPLY_TOO_LARGE"],
]);

/** The failure may be that of a single key, or of there being so many: made one by one, the others succeed. */
function concernsSome({ problem: { code, upstreamStatus } }: OrchestratorError): boolean {
  return codesOfSome.has(code) || statusesOfSome.has(upstreamStatus ?? 0);
}
