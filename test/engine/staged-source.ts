import { keyedBatch } from "../../src/connections/batch/keyed-batch.js";
import type {
  Batch,
  CallContext,
  Prepared,
  Receiver,
  Source,
  SourceReply,
  SourceType,
  Transaction,
} from "../../src/contracts/source.js";
import type { JsonObject, JsonValue } from "../../src/expression/value.js";
import { failure, type OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { object, optional, withDefault } from "../../src/schema/composites.js";
import { boolean, enumeration, text } from "../../src/schema/scalars.js";
import { list } from "../../src/schema/composites.js";

interface StagedCall extends Prepared {
  readonly operation: string;
}

/** A call that reached the stage and waits for the test to answer it. */
export interface WaitingCall {
  readonly operation: string;
  readonly parameters: JsonObject;
  readonly context: CallContext;
  succeed(value: JsonValue, reply?: Partial<SourceReply>): void;
  fail(error?: OrchestratorError): void;
}

const settings = object({ note: optional(text(), "Nothing.") });
const operation = object({
  effect: withDefault(enumeration(["read", "write"]), "read", "What it does."),
  needs: withDefault(list(text()), [], "Required parameters."),
  takes: withDefault(list(text()), [], "Other parameters."),
  idempotent: withDefault(boolean(), false, "Whether it may be repeated."),
  batch: withDefault(boolean(), false, "Whether calls that differ in `x` become one."),
});

/** An item without a value leaves open what it is. */
function batchOf(call: StagedCall): Batch {
  const many: StagedCall = { ...call, operation: `${call.operation} (many)` };
  return keyedBatch({
    call: many,
    maxSize: 3,
    common: ["y"],
    keys: [{ parameter: "x", list: "xs", field: "x", whenNull: undefined, asked: String, found: String }],
    valueOf: ([item]) => (item === undefined ? null : item["value"]),
  });
}

/** A kind of source whose calls wait until the test answers them, so that order is decided by the test alone. */
export class Stage {
  readonly waiting: WaitingCall[] = [];
  isUnbatched = false;
  readonly log: string[] = [];
  /** How the next commits go: each fails with the error that stands here for it. */
  readonly commitFailures: (OrchestratorError | undefined)[] = [];

  readonly type: SourceType = {
    kind: "stage",
    file: "integrations/stage_sources",
    operations: { key: "operations", placed: "inside" },
    settings,
    operation,
    prepare: ({ operationName, operation: written }) => {
      const { effect, needs, takes, idempotent, batch } = written as {
        effect: "read" | "write";
        needs: string[];
        takes: string[];
        idempotent: boolean;
        batch: boolean;
      };
      const parameters = [
        ...needs.map((name) => ({ name, isRequired: true })),
        ...takes.map((name) => ({ name, isRequired: false })),
      ];
      const call: StagedCall = { effect, parameters, operation: operationName, isIdempotent: idempotent };
      return batch ? { ...call, batch: batchOf(call) } : call;
    },
    transactions: () => true,
    open: async () => this.source(),
  };

  /** The call of an operation that waits; the first of them where there are several. */
  call(name: string): WaitingCall {
    const found = this.waiting.find((each) => each.operation === name);
    if (found === undefined)
      throw new Error(`"${name}" is not waiting; these are: ${this.names().join(", ")}`);
    return found;
  }

  names(): readonly string[] {
    return this.waiting.map((each) => each.operation);
  }

  private source(): Source {
    return {
      start: (call, parameters, context, receiver) =>
        this.enter(call as StagedCall, parameters, context, receiver),
      begin: async () => this.transaction(),
      isUnbatched: this.isUnbatched,
      probe: async () => undefined,
      close: async () => undefined,
    };
  }

  /** Logs what is asked of it. */
  private transaction(): Transaction {
    const note = (word: string) => void this.log.push(word);
    let savepoints = 0;
    note("begin");
    return {
      start: (call, parameters, context, receiver) =>
        this.enter(call as StagedCall, parameters, context, receiver),
      savepoint: async () => {
        const name = String(++savepoints);
        note(`savepoint ${name}`);
        return { name };
      },
      rollbackTo: async ({ name }) => note(`back to ${name}`),
      release: async ({ name }) => note(`release ${name}`),
      commit: async () => {
        note("commit");
        const error = this.commitFailures.shift();
        if (error !== undefined) throw error;
      },
      rollback: async () => note("rollback"),
    };
  }

  private enter(call: StagedCall, parameters: JsonObject, context: CallContext, receiver: Receiver) {
    const leave = (word: string) => {
      const index = this.waiting.indexOf(entry);
      if (index < 0) throw new Error(`"${call.operation}" was answered already`);
      this.waiting.splice(index, 1);
      this.log.push(`${call.operation} ${word}`);
    };
    const entry: WaitingCall = {
      operation: call.operation,
      parameters,
      context,
      succeed: (value, reply) => {
        leave("succeeds");
        receiver.succeed({ ...reply, value });
      },
      fail: (error = failure("SOURCE_FAILED", {})) => {
        leave("fails");
        receiver.fail(error);
      },
    };
    this.waiting.push(entry);
    this.log.push(`${call.operation} starts`);
    return {
      cancel: () => {
        if (this.waiting.includes(entry)) leave("is cancelled");
      },
    };
  }
}
