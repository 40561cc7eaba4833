import { readYaml } from "../../../src/config/reading/yaml-tree.js";
import type { CallContext, Source, SourceReply } from "../../../src/contracts/source.js";
import { nodeHost } from "../../../src/host/node-host.js";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import type { Problem } from "../../../src/problems/problem.js";
import { Report } from "../../../src/problems/report.js";
import type { MappingTree, Tree } from "../../../src/schema/tree.js";
import { apiSource } from "../../../src/sources/api/api-source-type.js";
import type { ApiCall } from "../../../src/sources/api/api-call.js";
import type { ApiSettings } from "../../../src/sources/api/keys.js";
import { callSource, watchCall, type WatchedCall } from "../../conformance/call-source.js";

/** A source as it is checked, with its operations. */
export interface CheckedApi {
  readonly settings: ApiSettings | undefined;
  readonly calls: ReadonlyMap<string, ApiCall>;
  readonly problems: readonly Problem[];
}

/** What stands around the YAML of a source. */
export interface ApiSurroundings {
  /** The values of `${NAME}`; all of them are secret. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Files by their path, as the YAML names them. */
  readonly files?: Readonly<Record<string, string>>;
  /** The variables of the machine. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly isMocked?: boolean;
}

/** Checks the YAML of one source, its `operations` inside. */
export function checkApi(yaml: string, { secrets = {}, files = {} }: ApiSurroundings = {}): CheckedApi {
  const report = new Report();
  const tree = withSecrets(readYaml(yaml, "api_sources.yaml", report)!, secrets) as MappingTree;
  const context = {
    report,
    readText(path: string) {
      const text = files[path];
      if (text === undefined) throw failure("FILE_NOT_FOUND", { path });
      return text;
    },
    env: (name: string) => `the ${name}`,
    usedVariables: new Set<string>(),
  };
  const operations = tree.entries.get("operations")?.value as MappingTree | undefined;
  const settings = apiSource.settings.check(without(tree, "operations"), context);
  const calls = new Map<string, ApiCall>();
  for (const [operationName, entry] of operations?.entries ?? []) {
    const operation = apiSource.operation.check(entry.value, context);
    if (settings === undefined || operation === undefined) continue;
    const place = { tree: entry.value, location: entry.keyLocation, report };
    const call = apiSource.prepare({ sourceName: "shop", operationName, settings, operation, ...place });
    if (call !== undefined) calls.set(operationName, call);
  }
  return { settings, calls, problems: report.sorted() };
}

/** The tree with `${NAME}` replaced, as reading a project does it. */
function withSecrets(tree: Tree, secrets: Readonly<Record<string, string>>): Tree {
  if (tree.kind === "list") return { ...tree, items: tree.items.map((item) => withSecrets(item, secrets)) };
  if (tree.kind === "mapping") {
    const entries = [...tree.entries].map(
      ([key, entry]) => [key, { ...entry, value: withSecrets(entry.value, secrets) }] as const,
    );
    return { ...tree, entries: new Map(entries) };
  }
  if (typeof tree.value !== "string" || !tree.value.includes("${")) return tree;
  const variables = [...tree.value.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
  const value = tree.value.replace(/\$\{(\w+)\}/g, (_, name: string) => secrets[name]!);
  return { ...tree, value, written: tree.value, variables, isSecret: true };
}

function without(tree: MappingTree, key: string): Tree {
  return { ...tree, entries: new Map([...tree.entries].filter(([name]) => name !== key)) };
}

export interface OpenApi {
  readonly source: Source;
  /** What the operator was told. */
  readonly logged: JsonObject[];
  readonly reply: (operation: string, parameters?: JsonObject, context?: CallContext) => Promise<SourceReply>;
  readonly value: (operation: string, parameters?: JsonObject, context?: CallContext) => Promise<JsonValue>;
  readonly watch: (operation: string, parameters?: JsonObject) => WatchedCall;
  readonly call: (operation: string) => ApiCall;
}

/** Opens the YAML of one source, which must be without problems. */
export async function openApi(yaml: string, around: ApiSurroundings = {}): Promise<OpenApi> {
  const { settings, calls, problems } = checkApi(yaml, around);
  const { isMocked = false, environment = {} } = around;
  if (problems.length > 0 || settings === undefined)
    throw new Error(problems.map((each) => each.message).join("\n"));
  const logged: JsonObject[] = [];
  const source = (await apiSource.open({
    name: "shop",
    settings,
    host: nodeHost(environment),
    projectFolder: "/project",
    log: (level, message, facts) => logged.push({ level, message, ...facts }),
    isMocked,
  })) as Source;
  const call = (name: string) => calls.get(name)!;
  const reply = (name: string, parameters: JsonObject = {}, context?: CallContext) =>
    callSource(source, { call: call(name), parameters }, context);
  return {
    source,
    logged,
    call,
    reply,
    value: async (name, parameters, context) => (await reply(name, parameters, context)).value,
    watch: (name, parameters = {}) => watchCall(source, { call: call(name), parameters }),
  };
}
