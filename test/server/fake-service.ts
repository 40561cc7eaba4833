import type { ServiceConfig } from "../../src/config/model.js";
import type {
  ExecutionInput,
  ExecutionResult,
  SettleExecution,
} from "../../src/engine/execution/execution-input.js";
import type { JsonObject, JsonValue } from "../../src/expression/value.js";
import type { EndpointPlan } from "../../src/plan/plan.js";
import type { RawRequest, RequestValues } from "../../src/plan/request-values.js";
import { asOrchestratorError, failure } from "../../src/problems/orchestrator-error.js";
import type { RunnableEndpoint, Service } from "../../src/service.js";

type Endpoint = EndpointPlan["endpoint"];

/** One endpoint of a fake service: where it is, and what it answers. */
export interface FakeEndpoint {
  readonly id: string;
  readonly method?: NonNullable<Endpoint["route"]>["method"];
  /** Without one it is internal. */
  readonly path?: string;
  readonly body?: JsonObject;
  readonly query?: Readonly<Record<string, JsonObject>>;
  readonly more?: Partial<Endpoint>;
  readonly readRequest?: (raw: RawRequest) => RequestValues;
  /** Answers at once unless it returns a promise. Throws to fail. */
  readonly answer?: (input: ExecutionInput) => Partial<ExecutionResult> | Promise<Partial<ExecutionResult>>;
}

export interface FakeService extends Service {
  readonly cancelled: string[];
  readonly started: ExecutionInput[];
  isClosed: boolean;
}

/** A service without a configuration, sources or engine: the server sees the same interface. */
export function fakeService(
  endpoints: readonly FakeEndpoint[],
  config: { readonly [Key in keyof ServiceConfig]?: Partial<ServiceConfig[Key]> } = {},
): FakeService {
  const cancelled: string[] = [];
  const started: ExecutionInput[] = [];
  const runnable = endpoints.map((each) => fakeEndpoint(each, cancelled, started));
  const service: FakeService = {
    config: fakeConfig(runnable, config),
    endpoints: runnable,
    cancelled,
    started,
    isClosed: false,
    reuse: { kept: [], opened: [] },
    tablesOf: () => Promise.resolve([]),
    describeSources: () => Promise.resolve({ problems: [], shapes: {} }),
    unreachableSources: async () => [],
    sourcesStarted: async () => undefined,
    probeSources: async () => [],
    close: async () => void (service.isClosed = true),
  };
  return service;
}

function fakeEndpoint(fake: FakeEndpoint, cancelled: string[], started: ExecutionInput[]): RunnableEndpoint {
  const plan = {
    endpoint: modelOf(fake),
    readRequest: fake.readRequest ?? plainRequest,
  } as unknown as EndpointPlan;
  return {
    plan,
    start(input, settle) {
      started.push(input);
      let isSettled = false;
      const once: SettleExecution = (error, result, left) => {
        if (!isSettled) settle(error, result, left);
        isSettled = true;
      };
      setImmediate(() => void run(fake, input, once));
      return {
        cancel() {
          cancelled.push(fake.id);
          setImmediate(() => once(failure("REQUEST_CANCELLED", {}), undefined, "nothing"));
        },
      };
    },
  };
}

async function run(fake: FakeEndpoint, input: ExecutionInput, settle: SettleExecution): Promise<void> {
  let result: Partial<ExecutionResult>;
  try {
    result = (await fake.answer?.(input)) ?? { body: input.request };
  } catch (error) {
    settle(asOrchestratorError(error), undefined, "nothing");
    return;
  }
  settle(
    undefined,
    { status: 200, headers: [], body: null, isComplete: true, isStale: false, ...result },
    "written",
  );
}

function plainRequest(raw: RawRequest): RequestValues {
  return {
    path_params: raw.pathParams as JsonObject,
    query_params: { ...raw.query } as JsonObject,
    headers: {},
    body: (raw.body ?? null) as JsonValue,
  };
}

function modelOf({ id, method = "GET", path, body, query = {}, more }: FakeEndpoint): Endpoint {
  const [domain, name] = id.split(".") as [string, string];
  const parameters = [...(path ?? "").matchAll(/\{([^}*]+)\*?\}/g)].map((match) => match[1]!);
  const field = (schema: JsonObject, isRequired: boolean) => ({
    schema,
    isRequired,
    defaultValue: undefined,
  });
  return {
    id,
    domain,
    name,
    description: undefined,
    tags: [],
    isDeprecated: false,
    route: path === undefined ? undefined : { method, path, parameters },
    access: undefined,
    limits: [],
    request: {
      pathParams: new Map(parameters.map((each) => [each, field({ type: "string" }, true)])),
      queryParams: new Map(Object.entries(query).map(([each, schema]) => [each, field(schema, false)])),
      headers: new Map(),
      body,
      isBodyRequired: body !== undefined,
    },
    outputSchema: undefined,
    timeoutMs: 30_000,
    steps: [],
    guards: [],
    response: { body: { kind: "all-steps" }, status: undefined, headers: new Map() },
    constants: {},
    requestAliases: new Map(),
    location: { file: "config/domains/test.yaml", line: 1, column: 1 },
    ...more,
  };
}

function fakeConfig(
  endpoints: readonly RunnableEndpoint[],
  {
    app,
    server,
    api,
    logging,
    admin,
    auth,
  }: { readonly [Key in keyof ServiceConfig]?: Partial<ServiceConfig[Key]> },
): ServiceConfig {
  const models = endpoints.map(({ plan }) => plan.endpoint);
  const domains = [...new Set(models.map(({ domain }) => domain))];
  return {
    projectFolder: "/project",
    cache: { store: "memory", maxBytes: 1_000_000 },
    configFolder: "/project/config",
    environment: { name: "test", reason: "a test says so" },
    app: { name: "Test API", description: undefined, version: "1.2.3", debug: false, ...app },
    server: {
      host: "127.0.0.1",
      port: 0,
      bodyLimitBytes: 1024,
      shutdownTimeoutMs: 2_000,
      trustProxy: undefined,
      cors: undefined,
      tls: undefined,
      workers: 1,
      ...server,
    },
    api: {
      prefix: "/orchestrator",
      docsUrl: "/docs",
      redocUrl: "/redoc",
      openapiUrl: "/openapi.json",
      ...api,
    },
    logging: { level: "silent", format: "json", file: undefined, rotate: false, ...logging },
    admin: admin === undefined ? false : { host: "127.0.0.1", port: 0, token: undefined, ...admin },
    auth: { default: [], apiKeys: undefined, jwt: undefined, methods: [], ...auth },
    limit: undefined,
    mounts: [],
    sources: [],
    domains: domains.map((id) => ({
      id,
      description: undefined,
      file: `config/domains/${id}.yaml`,
      endpoints: models.filter(({ domain }) => domain === id),
    })),
  };
}
