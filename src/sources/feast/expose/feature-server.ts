import type { Cancel, Clock } from "../../../contracts/host.js";
import type { Cancellable, Mount, MountReply, MountRequest, SourceLog } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { NativeReader } from "../features/native-reader.js";
import type { ReadBatcher } from "../features/read-batcher.js";
import { SelectionError } from "../features/selection.js";
import { KeyLayoutError } from "../keys/key-encoder.js";
import { WireError } from "../../../connections/protobuf/wire-reader.js";
import type { RemoteReader } from "../remote/remote-reader.js";
import { convertColumn } from "./entity-columns.js";
import { exposedPlan, type ExposedPlan } from "./exposed-plan.js";
import { readOnlineRequest, type OnlineRequest } from "./online-request.js";
import { frameworkRefusal, keyError, plainRefusal, Refusal, selectionRefusal } from "./refusal.js";
import { vectorsMissing, writeAnswer } from "./write-answer.js";

export interface FeatureServerParts {
  /** One of them at least. */
  readonly reader: NativeReader | undefined;
  readonly remote: RemoteReader | undefined;
  readonly batcher: ReadBatcher;
  readonly clock: Clock;
  readonly log: SourceLog;
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

type Respond = (reply: MountReply) => void;
const routes: ReadonlyMap<string, string> = new Map([
  ["/get-online-features", "POST"],
  ["/health", "GET"],
]);
const nothing: Cancellable = { cancel: () => undefined };
const json = { "content-type": "application/json" };

/** Feast's own protocol, as its Python server 0.67 speaks it, over the native reader. */
export class FeatureServer implements Mount {
  private readonly parts: FeatureServerParts;

  constructor(parts: FeatureServerParts) {
    this.parts = parts;
  }

  answer({ method, path: asked, body }: MountRequest, respond: Respond): Cancellable {
    const path = withoutLastSlashes(asked);
    const known = routes.get(path);
    const refuse = (refusal: Refusal) => {
      respond(refusal.reply);
      return nothing;
    };
    if (known === undefined) return refuse(frameworkRefusal(404, "Not Found"));
    if (known !== method) return refuse(frameworkRefusal(405, "Method Not Allowed", { allow: known }));
    if (path === "/health") {
      respond({ status: 200, headers: {}, body: "" });
      return nothing;
    }
    try {
      return this.within(respond, (settle) => this.read(body, settle));
    } catch (error) {
      return refuse(this.refusalOf(error));
    }
  }

  private read(body: Uint8Array, respond: Respond): Cancellable {
    const { reader, remote } = this.parts;
    if (reader === undefined) return this.forward(body, remote!, respond);
    const request = readOnlineRequest(body);
    const features = reader.current;
    let plan: ExposedPlan;
    try {
      plan = exposedPlan(features, request.selection, [...request.entities.keys()]);
    } catch (error) {
      if (error instanceof SelectionError && error.fault.kind === "needs-server" && remote !== undefined) {
        return this.forward(body, remote, respond);
      }
      // Python counts the rows before it looks for the keys that a view needs.
      if (error instanceof Refusal) rowCount(request);
      throw error;
    }
    const rows = rowCount(request);
    const keys = plan.columnPlan.echoed.map((column) =>
      convertColumn(request.entities.get(column.sent)!, column),
    );
    const grouped = plan.bound.groups.map((group, index) =>
      Array.from({ length: rows }, (_, row) =>
        group.encode(plan.groupColumns[index]!.map((column) => keys[column]![row]!)),
      ),
    );
    const { absentStatus } = reader.store;
    return this.parts.batcher.read(plan.bound, grouped, {
      succeed: (read) => {
        try {
          const nowMs = this.parts.clock.nowMs();
          const text = writeAnswer(read, { plan, request, keys, rows, absentStatus, nowMs });
          respond({ status: 200, headers: json, body: text });
        } catch (error) {
          respond(this.refusalOf(error).reply);
        }
      },
      fail: (error) => {
        const { precomputedService } = plan;
        const refusal =
          precomputedService === undefined ? storeRefusal(error, plan) : vectorsMissing(precomputedService);
        respond(refusal.reply);
      },
    });
  }

  /** What needs Python is the server's to answer, whole. */
  private forward(body: Uint8Array, remote: RemoteReader, respond: Respond): Cancellable {
    return remote.send(
      Buffer.from(body),
      (reply) => {
        const headers = { "content-type": reply.header("content-type") ?? "application/json" };
        respond({ status: reply.status, headers, body: reply.body.toString("utf8") });
      },
      (error) => respond(storeRefusal(error, undefined).reply),
    );
  }

  /** Answers once: with what comes first, the answer or the end of the time. */
  private within(respond: Respond, start: (settle: Respond) => Cancellable): Cancellable {
    const { clock, timeoutMs } = this.parts;
    let isOver = false;
    let stopTimer: Cancel = () => undefined;
    const settle: Respond = (reply) => {
      if (isOver) return;
      isOver = true;
      stopTimer();
      respond(reply);
    };
    const call = start(settle);
    if (isOver) return nothing;
    stopTimer = clock.after(timeoutMs, () => {
      call.cancel();
      settle(plainRefusal(504, "The online store did not answer in time.").reply);
    });
    return {
      cancel: () => {
        isOver = true;
        stopTimer();
        call.cancel();
      },
    };
  }

  private refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof SelectionError) {
      return selectionRefusal(error.fault, this.parts.reader!.current.registry.project);
    }
    if (error instanceof KeyLayoutError) {
      const isNull = error.message === "a key is null";
      return plainRefusal(400, isNull ? "attribute name must be string, not 'NoneType'" : error.message);
    }
    if (error instanceof WireError) {
      this.parts.log("warn", `A stored value cannot be read: ${error.message}.`);
      return plainRefusal(502, "A stored value cannot be read.");
    }
    this.parts.log("error", "A request for features failed.", { reason: String(error) });
    return plainRefusal(500, "Internal Server Error");
  }
}

/** Feast sends callers from a path with slashes at its end to the one without. */
function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

/** The number of rows: all columns have it. */
function rowCount({ entities }: OnlineRequest): number {
  const [first, ...others] = [...entities.values()];
  if (first === undefined) throw plainRefusal(400, keyError("pop from an empty set"));
  if (others.some(({ length }) => length !== first.length)) {
    throw plainRefusal(400, "All entity rows must have the same columns.");
  }
  if (first.length === 0) throw plainRefusal(400, keyError("Missing join key values: the columns are empty"));
  return first.length;
}

/** A store that cannot answer: 503 while it is away, 504 and 502 as the words say. No name of a host or a table. */
function storeRefusal({ code }: OrchestratorError, plan: ExposedPlan | undefined): Refusal {
  const offline = plan?.projections.find(({ view }) => !view.isOnline);
  if (code === "QUERY_FAILED" && offline !== undefined) {
    return plainRefusal(400, `Feature view '${offline.view.name}' has no online table.`);
  }
  if (code === "QUERY_FAILED") return plainRefusal(500, "A feature view has no online table.");
  if (code === "SOURCE_TIMED_OUT") return plainRefusal(504, "The online store did not answer in time.");
  if (["SOURCE_REPLY_INVALID", "SOURCE_REPLY_TOO_LARGE", "SOURCE_FAILED"].includes(code)) {
    return plainRefusal(502, "The online store gave an answer that cannot be read.");
  }
  return plainRefusal(503, "The online store is not available.");
}
