import type { Cancellable, Receiver, Savepoint, SourceReply, Transaction } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { asOrchestratorError, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { EngineContext, RunCall } from "../calls/run-call.js";

/** A call that waits for its turn in the transaction. */
interface Entry {
  readonly call: RunCall;
  readonly parameters: JsonObject;
  readonly context: EngineContext;
  readonly receiver: Receiver;
  readonly hasSavepoint: boolean;
  isCancelled: boolean;
  cancelCall: (() => void) | undefined;
}

type Outcome = { readonly reply: SourceReply } | { readonly error: OrchestratorError } | "cancelled";

/**
 * The transaction of one execution: begun with its first call, and done by one call after another. A call with a
 * savepoint that fails or is given up is undone before the next one; what leaves nothing but to roll back is told to
 * `onLost`, once, and to no receiver.
 */
export class TransactionRun {
  /** Where the calls go; only good while one of them runs. */
  current: Transaction | undefined;
  private readonly begin: () => Promise<Transaction>;
  private readonly onLost: (error: OrchestratorError) => void;
  private begun: Promise<Transaction> | undefined;
  private readonly waiting: Entry[] = [];
  private isWorking = false;
  private isOver = false;

  constructor(begin: () => Promise<Transaction>, onLost: (error: OrchestratorError) => void) {
    this.begin = begin;
    this.onLost = onLost;
  }

  /** Makes a call when it is its turn. */
  enter(
    call: RunCall,
    parameters: JsonObject,
    context: EngineContext,
    receiver: Receiver,
    hasSavepoint: boolean,
  ): Cancellable {
    const entry: Entry = {
      ...{ call, parameters, context, receiver, hasSavepoint },
      isCancelled: false,
      cancelCall: undefined,
    };
    this.waiting.push(entry);
    if (!this.isWorking) void this.work();
    return {
      cancel: () => {
        entry.isCancelled = true;
        entry.cancelCall?.();
      },
    };
  }

  /** Commits what was done, if anything was; `done` is told where it stays, and `onLost` where not, or not surely. */
  async commit(done: () => void): Promise<void> {
    try {
      await (await this.begun)?.commit();
    } catch (error) {
      return this.lose(asOrchestratorError(error));
    }
    if (!this.isOver) done();
    this.isOver = true;
  }

  /** Undoes everything; nothing is told any more. */
  rollBack(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.waiting.length = 0;
    this.begun?.then(
      (transaction) => transaction.rollback(),
      () => undefined,
    );
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    for (let entry = this.waiting.shift(); entry !== undefined; entry = this.waiting.shift()) {
      try {
        if (!entry.isCancelled && !this.isOver) await this.carryOut(entry);
      } catch (error) {
        this.lose(asOrchestratorError(error));
      }
    }
    this.isWorking = false;
  }

  /** Throws what leaves nothing but to roll back. */
  private async carryOut(entry: Entry): Promise<void> {
    const transaction = await (this.begun ??= this.begin());
    if (this.isOver || entry.isCancelled) return;
    const savepoint = entry.hasSavepoint ? await transaction.savepoint() : undefined;
    if (this.isOver) return;
    const outcome = entry.isCancelled ? "cancelled" : await this.outcomeOf(entry, transaction);
    if (this.isOver) return;
    if (outcome === "cancelled" || entry.isCancelled) {
      if (savepoint !== undefined) await transaction.rollbackTo(savepoint);
    } else if ("reply" in outcome) {
      if (savepoint !== undefined) this.release(transaction, savepoint);
      entry.receiver.succeed(outcome.reply);
    } else {
      if (outcome.error.code === "TRANSACTION_CONFLICT") throw outcome.error;
      if (savepoint !== undefined) await transaction.rollbackTo(savepoint);
      if (!this.isOver && !entry.isCancelled) entry.receiver.fail(outcome.error);
    }
  }

  private outcomeOf(entry: Entry, transaction: Transaction): Promise<Outcome> {
    return new Promise((resolve) => {
      this.current = transaction;
      const running = entry.call(entry.parameters, entry.context, {
        succeed: (reply) => resolve({ reply }),
        fail: (error) => resolve({ error }),
      });
      entry.cancelCall = () => {
        running.cancel();
        resolve("cancelled");
      };
    });
  }

  /** What follows is asked of the database after it, so nobody has to wait for it. */
  private release(transaction: Transaction, savepoint: Savepoint): void {
    transaction.release(savepoint).catch((error: unknown) => this.lose(asOrchestratorError(error)));
  }

  private lose(error: OrchestratorError): void {
    if (this.isOver) return;
    this.rollBack();
    this.onLost(error);
  }
}
