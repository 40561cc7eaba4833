import { accessKeys } from "../../connections/http/access-keys.js";
import { baseUrl } from "../../connections/http/base-url.js";
import { headerNamePattern } from "../../connections/http/header-rules.js";
import { exposureKeys } from "../../contracts/exposure.js";
import {
  either,
  list,
  mapping,
  object,
  oneOrMany,
  optional,
  required,
  withDefault,
} from "../../schema/composites.js";
import { boolean, duration, enumeration, integer, located, size, text } from "../../schema/scalars.js";
import type { Infer } from "../../schema/schema.js";

const name = /^[^\s]+$/;

const service = object({
  features: required(list(located(text("a reference such as `view:feature`"))), "Its features, in order."),
  full_feature_names: withDefault(boolean(), false, "Whether its features are called `view__feature`."),
});

const batching = object({
  max_size: withDefault(integer({ min: 1 }), 100, "Entities of one read."),
  max_wait: withDefault(
    duration(),
    0,
    "How long a read waits for others to join it.",
    "0ms: what starts together",
  ),
});

const databaseFallback = object({
  source_id: withDefault(
    located(text()),
    { value: "default", location: { file: "", line: 1, column: 1 } },
    "The database.",
    "`default`",
  ),
  table: required(text("the name of a table"), "Where the features stand, a row for each entity."),
  entity_key: required(
    oneOrMany(text("the name of a column")),
    "The columns of the join keys, called as they are.",
  ),
  mapping: required(
    mapping(text("the name of a column"), { pattern: name }),
    "The column of each feature: `view:feature: column`.",
  ),
});

/** The keys of a Feast source. */
export const settingsSchema = object({
  repo_path: optional(
    located(text("a folder")),
    "The folder with feature_store.yaml: features are read without Python.",
  ),
  url: optional(baseUrl(), "A feature server. With `repo_path` too, it answers only what needs Python."),
  project: optional(text(), "The Feast project.", "that of feature_store.yaml"),
  registry_refresh: optional(
    duration(),
    "How often a new registry is looked for, in the background.",
    "`cache_ttl_seconds` of feature_store.yaml",
  ),
  ttl: withDefault(
    enumeration(["report", "enforce", "ignore"]),
    "report",
    "What happens to values older than the `ttl` of their view: they are marked, become null, or are like others.",
  ),
  feature_services: withDefault(
    mapping(service),
    new Map(),
    "Feature services beside those of the registry.",
    "none",
  ),
  batching: withDefault(
    batching,
    batching.empty(),
    "How entities of concurrent requests are read together.",
    "see there",
  ),
  database_fallback: optional(databaseFallback, "Where features come from while the store fails.", "nowhere"),
  expose: withDefault(
    either((tree) => tree.kind === "mapping", object(exposureKeys), boolean()),
    false,
    "Whether Feast's own protocol is answered at `/feast/<source>`, or who may ask there.",
  ),
  headers: withDefault(
    mapping(text(), { pattern: headerNamePattern }),
    new Map<string, string>(),
    "Headers of requests to the feature server.",
    "none",
  ),
  request_context: withDefault(
    list(text("the name of a key")),
    [],
    "Keys of steps that are request data of on-demand views, for a feature server in Go: it takes them apart from entities.",
    "none",
  ),
  connections: optional(
    integer({ min: 1, max: 65_535 }),
    "Sockets to the feature server at most.",
    "`connection_pool_size` of feature_store.yaml, else 50",
  ),
  max_response: withDefault(
    size(),
    10 * 1_024 * 1_024,
    "The largest answer of the feature server, or of PostgreSQL.",
    "10mb",
  ),
  ...accessKeys,
  timeout: optional(duration(), "The longest time one attempt may take.", "the endpoint's"),
});

export type FeastSettings = Infer<typeof settingsSchema>;
export type DatabaseFallbackSettings = Infer<typeof databaseFallback>;
