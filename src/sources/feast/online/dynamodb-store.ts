import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, SourceLog } from "../../../contracts/source.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import { murmur128 } from "../keys/murmur.js";
import { parseTimestamp } from "../protobuf/timestamp.js";
import type { DynamoSettings } from "../repository/online-store-config.js";
import { CellBuilder } from "./cell-builder.js";
import type { CellReceiver, OnlineStore, StoredView, StoreRead } from "./online-store.js";
import type { StoredCells } from "./stored-cells.js";

export const dynamoPackage = "@aws-sdk/client-dynamodb";

/** As much of the SDK as is used here. */
export interface DynamoSdk {
  readonly DynamoDBClient: new (options: object) => DynamoClient;
  readonly BatchGetItemCommand: new (input: object) => object;
}

interface DynamoClient {
  send(command: object): Promise<BatchAnswer>;
  destroy(): void;
}

interface BatchAnswer {
  readonly Responses?: Readonly<Record<string, readonly DynamoItem[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, object>>;
}

interface DynamoItem {
  readonly entity_id?: { readonly S?: string };
  readonly event_ts?: { readonly S?: string };
  readonly values?: { readonly M?: Readonly<Record<string, { readonly B?: Uint8Array }>> };
}

export interface DynamoParts {
  readonly clock: Clock;
  readonly log: SourceLog;
  /** In place of the package. */
  readonly importSdk?: (() => Promise<unknown>) | undefined;
}

/** Opens a DynamoDB store. Rejects with DRIVER_MISSING where the optional SDK is not installed. */
export async function openDynamoStore(
  settings: DynamoSettings,
  project: string,
  parts: DynamoParts,
): Promise<OnlineStore> {
  const name = dynamoPackage;
  const importSdk = parts.importSdk ?? (() => import(name) as Promise<unknown>);
  try {
    return new DynamoStore((await importSdk()) as DynamoSdk, settings, project, parts);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const isAbsent = code === "ERR_MODULE_NOT_FOUND" && message.includes(name);
    const facts = { what: "DynamoDB", name, version: "3", reason: isAbsent ? "" : message };
    throw failure("DRIVER_MISSING", facts, { cause: error });
  }
}

const mostAttempts = 6;

class DynamoStore implements OnlineStore {
  readonly keySuffix = Buffer.alloc(0);
  readonly absentStatus = "NOT_FOUND";
  private readonly sdk: DynamoSdk;
  private readonly client: DynamoClient;
  private readonly settings: DynamoSettings;
  private readonly project: string;
  private readonly parts: DynamoParts;

  constructor(sdk: DynamoSdk, settings: DynamoSettings, project: string, parts: DynamoParts) {
    const { region, endpoint } = settings;
    this.sdk = sdk;
    this.client = new sdk.DynamoDBClient({ region, ...(endpoint === undefined ? {} : { endpoint }) });
    this.settings = settings;
    this.project = project;
    this.parts = parts;
  }

  prepare(views: readonly StoredView[]): StoreRead {
    return { read: (keys, receiver) => this.read(views, keys, receiver) };
  }

  async sampleKey(): Promise<undefined> {
    return undefined;
  }

  /** A question that costs nothing is not known; credentials and tables show with the first read. */
  async probe(): Promise<void> {
    return undefined;
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private read(
    views: readonly StoredView[],
    keys: readonly (readonly Buffer[])[],
    receiver: CellReceiver,
  ): Cancellable {
    let isCancelled = false;
    const ids = keys.map((group) => group.map((key) => murmur128(key)));
    Promise.all(views.map((view) => this.itemsById(view, ids[view.group]!))).then(
      (items) => isCancelled || receiver.succeed(cellsOf(views, keys, ids, items)),
      (error: unknown) => isCancelled || receiver.fail(this.explained(error)),
    );
    return { cancel: () => void (isCancelled = true) };
  }

  private async itemsById(
    view: StoredView,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string | undefined, DynamoItem>> {
    const { batchSize, tableTemplate } = this.settings;
    const table = tableTemplate.replaceAll("{project}", this.project).replaceAll("{table_name}", view.name);
    const batches: Promise<readonly DynamoItem[]>[] = [];
    for (let at = 0; at < ids.length; at += batchSize) {
      batches.push(this.itemsOf(table, view.features, ids.slice(at, at + batchSize)));
    }
    return new Map((await Promise.all(batches)).flat().map((item) => [item.entity_id?.S, item]));
  }

  /** What the service did not get to is asked for again; Feast's own reader takes it for absent. */
  private async itemsOf(
    table: string,
    features: readonly string[],
    ids: readonly string[],
  ): Promise<readonly DynamoItem[]> {
    let open: Readonly<Record<string, object>> = { [table]: this.question(features, ids) };
    const items: DynamoItem[] = [];
    for (let attempt = 1; Object.keys(open).length > 0; attempt++) {
      const answer = await this.client.send(new this.sdk.BatchGetItemCommand({ RequestItems: open }));
      items.push(...(answer.Responses?.[table] ?? []));
      open = answer.UnprocessedKeys ?? {};
      if (Object.keys(open).length === 0) break;
      if (attempt === mostAttempts) throw failure("SOURCE_UNAVAILABLE", {});
      const waitMs = Math.min(1_000, 50 * 2 ** (attempt - 1)) + Math.random() * 100;
      await new Promise<void>((resolve) => void this.parts.clock.after(waitMs, resolve));
    }
    return items;
  }

  private question(features: readonly string[], ids: readonly string[]): object {
    const names = features.map((_, index) => `#vals.#feat${index}`);
    return {
      Keys: ids.map((id) => ({ entity_id: { S: id } })),
      ConsistentRead: this.settings.isConsistent,
      ProjectionExpression: ["#entity_id", "#event_ts", ...names].join(", "),
      ExpressionAttributeNames: {
        "#entity_id": "entity_id",
        "#event_ts": "event_ts",
        "#vals": "values",
        ...Object.fromEntries(features.map((feature, index) => [`#feat${index}`, feature])),
      },
    };
  }

  private explained(error: unknown): OrchestratorError {
    if (error instanceof OrchestratorError) return error;
    const { name, message } = error as Error;
    this.parts.log("warn", "DynamoDB failed.", { reason: `${name}: ${message}` });
    const isNetwork = /ECONN|ENOTFOUND|Timeout|EHOST/.test(`${name} ${message}`);
    if (isNetwork) return failure("SOURCE_UNREACHABLE", {}, { cause: error });
    return asOrchestratorError(failure("SOURCE_FAILED", {}, { cause: error }));
  }
}

function cellsOf(
  views: readonly StoredView[],
  keys: readonly (readonly Buffer[])[],
  ids: readonly (readonly string[])[],
  items: readonly ReadonlyMap<string | undefined, DynamoItem>[],
): readonly StoredCells[] {
  const cells = new CellBuilder(views, keys);
  for (const [view, { features, group }] of views.entries()) {
    for (const [key, id] of ids[group]!.entries()) {
      const item = items[view]!.get(id);
      if (item === undefined) continue;
      const time = parseTimestamp(item.event_ts?.S);
      const stored = item.values?.M ?? {};
      cells.addTime(view, key, time);
      for (const [feature, name] of features.entries()) {
        const bytes = Object.hasOwn(stored, name) ? stored[name]?.B : undefined;
        if (bytes !== undefined) cells.add(view, key, feature, Buffer.from(bytes), time);
      }
    }
  }
  return cells.finish();
}
