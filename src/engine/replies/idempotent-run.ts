import { createHash, randomUUID } from "node:crypto";
import type { EndpointIdempotency } from "../../config/model.js";
import type { Clock } from "../../contracts/host.js";
import type { ClaimedRun, IdempotencyStore, KnownRun } from "../../contracts/idempotency-store.js";
import type { Cancellable, SourceLog } from "../../contracts/source.js";
import type { EndpointPlan } from "../../plan/plan.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type {
  ExecutionInput,
  ExecutionResult,
  Leaving,
  SettleExecution,
} from "../execution/execution-input.js";
import { outcomeText, replay } from "./kept-outcome.js";

/** What every run of an endpoint with `idempotency` uses. */
export interface IdempotencyTools {
  readonly store: IdempotencyStore;
  readonly clock: Clock;
  readonly log: SourceLog;
}

type StartRun = (input: ExecutionInput, settle: SettleExecution) => Cancellable;

/** How long after its deadline a run may still be about to say how it ended. */
const graceMs = 5_000;

/** One request with an `Idempotency-Key`: runs the endpoint, or answers what came of the run before. */
export class IdempotentRun implements Cancellable {
  private readonly input: ExecutionInput;
  private readonly tell: SettleExecution;
  private readonly run: ClaimedRun;
  private readonly tools: IdempotencyTools;
  private execution: Cancellable | undefined;
  private isCancelled = false;

  constructor(
    plan: EndpointPlan,
    idempotency: EndpointIdempotency,
    key: string,
    input: ExecutionInput,
    tell: SettleExecution,
    tools: IdempotencyTools,
  ) {
    const { id, timeoutMs } = plan.endpoint;
    const startedAtMs = tools.clock.nowMs();
    this.input = input;
    this.tell = tell;
    this.tools = tools;
    this.run = {
      slot: hash([id, callerOf(input), key]),
      runId: randomUUID(),
      fingerprint: hash([input.method, sorted(input.request)]),
      startedAtMs,
      endsAtMs: startedAtMs + timeoutMs + graceMs,
      expiresAtMs: startedAtMs + idempotency.keepMs,
    };
  }

  async start(begin: StartRun): Promise<void> {
    let known: KnownRun | undefined;
    try {
      known = await this.tools.store.claim(this.run);
    } catch (error) {
      this.note("could not be asked", error);
      return this.tell(failure("IDEMPOTENCY_UNAVAILABLE", {}), undefined, "nothing");
    }
    if (known !== undefined) return this.answerFrom(known);
    if (this.isCancelled) return this.settle(failure("REQUEST_CANCELLED", {}), undefined, "nothing");
    try {
      this.execution = begin(this.input, (error, result, left) => void this.settle(error, result, left));
    } catch (error) {
      await this.settle(asOrchestratorError(error), undefined, "nothing");
    }
  }

  cancel(): void {
    this.isCancelled = true;
    this.execution?.cancel();
  }

  /** The reply is kept before it is sent, so that whoever did not get it can ask for it. */
  private async settle(
    error: OrchestratorError | undefined,
    result: ExecutionResult | undefined,
    left: Leaving,
  ): Promise<void> {
    const { store } = this.tools;
    try {
      if (left === "nothing") await store.release(this.run);
      else await store.keep(this.run, outcomeText(error, result, left));
    } catch (fault) {
      this.note("could not keep the outcome of a request", fault);
    }
    this.tell(error, result, left);
  }

  private answerFrom({ fingerprint, outcome, endsAtMs }: KnownRun): void {
    if (fingerprint !== this.run.fingerprint) {
      return this.tell(failure("IDEMPOTENCY_KEY_REUSED", {}), undefined, "nothing");
    }
    if (outcome !== undefined) return replay(outcome, this.tell);
    const isOver = this.tools.clock.nowMs() > endsAtMs;
    const code = isOver ? "IDEMPOTENCY_OUTCOME_UNKNOWN" : "IDEMPOTENCY_KEY_IN_USE";
    this.tell(failure(code, {}), undefined, "nothing");
  }

  private note(what: string, error: unknown): void {
    const { message } = asOrchestratorError(error);
    this.tools.log("error", `The store of idempotency keys ${what}: ${message}`);
  }
}

/** The key of a request, where it has one. */
export function idempotencyKey({ caller }: ExecutionInput): string | undefined {
  const sent = caller?.headers["idempotency-key"];
  const key = typeof sent === "string" || sent === undefined ? sent : sent.join(", ");
  return key === "" ? undefined : key;
}

/** Callers of one endpoint cannot see each other's keys; those of an endpoint without `auth` are all alike. */
function callerOf({ auth }: ExecutionInput): unknown {
  return auth === undefined ? null : [auth["subject"] ?? null, auth["key_id"] ?? null];
}

function hash(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

/** The same value whatever the order of its keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, each]) => [key, sorted(each)]);
}
