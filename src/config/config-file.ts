import { isJsonObject, type JsonObject } from "../expression/value.js";
import { object, optional, withDefault } from "../schema/composites.js";
import { jsonObject } from "../schema/json-value.js";
import { boolean, duration, enumeration, integer, orFalse, pattern, size, text } from "../schema/scalars.js";
import { mapped, type Infer } from "../schema/schema.js";
import { admin, adminDefaults } from "./admin-keys.js";
import { auth } from "./auth-keys.js";
import { tracing } from "./tracing-keys.js";
import { logging } from "./logging-keys.js";
import { rateLimitAt } from "./rate-limit-keys.js";
import { cors, tls, trustProxy } from "./server-keys.js";

const urlPath = pattern(/^\/([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)?$/, "a path such as `/docs`");

const app = object({
  name: withDefault(text(), "Orchestrator API", "The title of the API description."),
  description: optional(text(), "What the API is for; stands in its description."),
  version: withDefault(text(), "1.0.0", "The version of your API; `$system.version`."),
  debug: withDefault(
    boolean(),
    false,
    "Names steps and sources in errors, and sends `Server-Timing`. Never in production.",
  ),
});

const overload = object({
  max_in_flight: withDefault(
    integer({ min: 1 }),
    1000,
    "As many requests may be at work in one process; what comes beyond them is refused.",
  ),
  max_event_loop_delay: withDefault(
    duration(),
    200,
    "While the event loop is later than this, all that comes is refused.",
    "200ms",
  ),
});

const server = object({
  host: withDefault(text(), "0.0.0.0", "The address to listen on."),
  port: withDefault(integer({ min: 0, max: 65_535 }), 8000, "The port to listen on; 0 takes a free one."),
  workers: withDefault(
    integer({ min: 1, max: 256 }),
    1,
    "Processes that share the port; about one for each core. `--workers` wins.",
  ),
  body_limit: withDefault(size(), 1_048_576, "The largest request body; beyond it 413.", "1mb"),
  shutdown_timeout: withDefault(duration(), 10_000, "How long a stop waits for requests in flight.", "10s"),
  trust_proxy: optional(
    trustProxy,
    "Whose `X-Forwarded-For` counts: a list of addresses and networks, or through how many proxies requests come.",
    "nobody's",
  ),
  compression: withDefault(
    boolean(),
    false,
    "Compresses replies of a kilobyte and more with brotli or gzip, for callers who take that.",
  ),
  cors: optional(cors, "Whose pages in browsers may read replies.", "nobody's"),
  tls: optional(tls, "Listens with TLS. Files that are replaced are shown to new connections.", "off"),
  overload: optional(
    overload,
    "Refuses requests with 503 rather than letting all of them become slow.",
    "off",
  ),
});

const api = object({
  prefix: withDefault(urlPath, "/orchestrator", "Stands before the path of every endpoint."),
  docs_url: withDefault(orFalse(urlPath), "/docs", "Where Swagger UI is; `false` turns it off."),
  redoc_url: withDefault(orFalse(urlPath), "/redoc", "Where ReDoc is; `false` turns it off."),
  openapi_url: withDefault(
    orFalse(urlPath),
    "/openapi.json",
    "Where the OpenAPI document is; `false` turns it off.",
  ),
});

const execution = object(
  { timeout: withDefault(duration(), 30_000, "The deadline of every endpoint that names none.", "30s") },
  { planned: ["history"] },
);

const cache = object({
  store: withDefault(enumeration(["memory"]), "memory", "Where: `memory` is that of this process."),
  max_size: withDefault(size(), 67_108_864, "The most they take; what was used longest ago goes.", "64mb"),
});

/** The newest version of the configuration language. */
export const newestConfigVersion = 1;

/** A version that is not known is refused: its files may mean something else. */
function configVersion() {
  const version = mapped(integer(), (found, tree, { report }): number | undefined => {
    if (found >= 1 && found <= newestConfigVersion) return found;
    return report.add("CONFIG_VERSION_UNKNOWN", { found, newest: newestConfigVersion }, tree.location);
  });
  return { ...version, json: () => integer({ min: 1, max: newestConfigVersion }).json() };
}

/** `config.yaml`. */
export const configFile = object(
  {
    config_version: withDefault(
      configVersion(),
      newestConfigVersion,
      "The version of the configuration language.",
    ),
    app: withDefault(app, app.empty(), "What the API is called.", "see its keys"),
    server: withDefault(server, server.empty(), "How it listens.", "see its keys"),
    api: withDefault(api, api.empty(), "Where things are found.", "see its keys"),
    logging: withDefault(logging, logging.empty(), "What is logged, and how.", "see its keys"),
    execution: withDefault(execution, execution.empty(), "Limits of every endpoint.", "see its keys"),
    admin: withDefault(
      admin,
      adminDefaults,
      "A listener for those who run the service; `false` turns it off.",
      "see its keys",
    ),
    auth: withDefault(auth, auth.empty(), "Who may call, and how callers show who they are.", "see its keys"),
    rate_limit: optional(
      rateLimitAt("limit_of_all"),
      "How many requests of one caller are answered in a time, all endpoints together.",
      "no limit",
    ),
    tracing: withDefault(tracing, tracing.empty(), "Where traces of requests are sent.", "see its keys"),
    cache: withDefault(cache, cache.empty(), "Where kept values are.", "see its keys"),
    constants: withDefault(constants(), {}, "Plain values that expressions see as `$const.NAME`."),
  },
  { allowsExtensions: true },
);

export type ConfigFile = Infer<typeof configFile>;

/** `constants:` of config.yaml or of a domain. */
export function constants() {
  return mapped(jsonObject(), (value): JsonObject => (isJsonObject(value) ? value : {}));
}
