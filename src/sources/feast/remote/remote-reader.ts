import { bodyText } from "../../../connections/http/body-text.js";
import type { HttpRequest, Sender } from "../../../connections/http/http-client.js";
import type { Senders } from "../../../connections/http/senders.js";
import { traced } from "../../../connections/http/traced.js";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import { parseJson } from "../../../connections/http/parse-json.js";
import type { Cancellable, TraceHeaders, SourceLog } from "../../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../../expression/value.js";
import {
  asOrchestratorError,
  failure,
  type OrchestratorError,
} from "../../../problems/orchestrator-error.js";
import type { Selection } from "../features/selection.js";
import type { Observation } from "../steps/observation.js";
import { readRemoteAnswer, type RemoteColumns } from "./remote-answer.js";
import { serverError } from "./server-error.js";

export interface RemoteOptions {
  /** Path and query of the request for features. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  /** What requests go through on their way to the connections. */
  readonly sender: Sender;
  readonly senders: Senders;
  /** Keys that a server in Go wants beside the entities. */
  readonly requestData: ReadonlySet<string>;
  readonly maxResponse: number;
  readonly log: SourceLog;
}

export interface RemoteReceiver {
  succeed(columns: RemoteColumns): void;
  fail(error: OrchestratorError): void;
}

/** The server is slow with more rows than this, so a longer list is asked for in parts, at the same time. */
const rowsAtOnce = 100;

/** A Feast feature server, Python's or Go's. */
export class RemoteReader {
  private readonly options: RemoteOptions;
  private readonly request: HttpRequest;

  constructor(options: RemoteOptions) {
    const { path, headers } = options;
    this.options = options;
    this.request = { method: "POST", path, headers, body: null };
  }

  /** Reads rows of features. `columns` are the keys by name. Told once, later than this returns, not after `cancel`. */
  read(
    selection: Selection,
    columns: ReadonlyMap<string, readonly JsonValue[]>,
    rows: number,
    trace: TraceHeaders | undefined,
    receiver: RemoteReceiver,
  ): Cancellable {
    const parts: RemoteColumns[] = [];
    const running: Cancellable[] = [];
    let open = Math.max(1, Math.ceil(rows / rowsAtOnce));
    let isOver = false;
    const cancel = () => {
      isOver = true;
      for (const each of running) each.cancel();
    };
    for (let part = 0; part < Math.max(1, Math.ceil(rows / rowsAtOnce)); part++) {
      const start = part * rowsAtOnce;
      const keys = new Map(
        [...columns].map(([name, values]) => [name, values.slice(start, start + rowsAtOnce)]),
      );
      const count = Math.min(rowsAtOnce, rows - start);
      const answered = (reply: HttpReply) => {
        if (isOver) return;
        try {
          parts[part] = readRemoteAnswer(this.bodyOf(reply), count, keys);
        } catch (error) {
          cancel();
          return receiver.fail(asOrchestratorError(error));
        }
        open -= 1;
        if (open === 0) receiver.succeed(joined(parts));
      };
      const failed = (error: OrchestratorError) => {
        if (isOver) return;
        cancel();
        receiver.fail(error);
      };
      running.push(this.send(this.bodyFor(selection, keys), answered, failed, trace));
    }
    return { cancel };
  }

  /** Sends a body as it is, for those who want the answer as it is. */
  send(
    body: string | Buffer,
    replied: (reply: HttpReply) => void,
    failed: (error: OrchestratorError) => void,
    trace?: TraceHeaders,
  ): Cancellable {
    const { sender, maxResponse } = this.options;
    return sender.send(traced({ ...this.request, body }, trace), maxResponse, { replied, failed });
  }

  probe(): Promise<void> {
    return this.options.senders.probe();
  }

  close(): Promise<void> {
    return this.options.senders.close();
  }

  private bodyFor(
    { service, references, fullNames }: Selection,
    keys: ReadonlyMap<string, readonly JsonValue[]>,
  ): string {
    const { requestData } = this.options;
    const wanted: JsonObject =
      service === undefined ? { features: references } : { feature_service: service };
    const body: JsonObject = { ...wanted, entities: Object.fromEntries(keys), full_feature_names: fullNames };
    if (requestData.size === 0) return JSON.stringify(body);
    const columns = [...keys];
    const entities = Object.fromEntries(columns.filter(([name]) => !requestData.has(name)));
    const context = Object.fromEntries(columns.filter(([name]) => requestData.has(name)));
    return JSON.stringify({ ...body, entities, request_context: context });
  }

  private bodyOf(reply: HttpReply): JsonValue {
    const text = bodyText(reply);
    if (reply.status === 200) return parseJson(text);
    const { reason, ...facts } = serverError(reply.status, text);
    this.options.log("warn", "The feature server refused a request.", { status: reply.status, reason });
    throw failure(
      facts.isBusy ? "SOURCE_UNAVAILABLE" : "SOURCE_FAILED",
      { status: reply.status },
      {
        upstreamStatus: reply.status,
        cause: new Error(reason),
      },
    );
  }
}

function joined(parts: readonly RemoteColumns[]): RemoteColumns {
  if (parts.length === 1) return parts[0]!;
  const names = [...parts[0]!.keys()];
  return new Map(
    names.map((name) => [name, parts.flatMap((part): readonly Observation[] => part.get(name) ?? [])]),
  );
}
