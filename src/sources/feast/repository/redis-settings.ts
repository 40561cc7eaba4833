import type { RedisAddress, RedisSettings, RedisTls } from "../../../connections/redis/redis-options.js";
import { RepositoryError } from "./repository-error.js";
import type { SettingReader } from "./setting-reader.js";

const modes = { redis: "single", redis_cluster: "cluster", redis_sentinel: "sentinel" } as const;

/** Parameters of redis-py that we honour, and those that change nothing for a reader. */
const honoured = [
  ...["username", "password", "db", "ssl", "ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"],
  ...["ssl_check_hostname", "socket_timeout", "socket_connect_timeout", "client_name"],
];
const ignored = [
  ...["socket_keepalive", "health_check_interval", "max_connections", "protocol"],
  ...["skip_full_coverage_check", "retry_on_timeout"],
];

/** Reads the Redis settings of `online_store`. Throws RepositoryError. */
export function readRedisSettings(settings: SettingReader): RedisSettings {
  const type = settings.text("redis_type", "redis");
  if (!Object.hasOwn(modes, type)) throw new RepositoryError(`"online_store.redis_type" is "${type}"`);
  const { nodes, values } = readConnectionString(settings.text("connection_string", "localhost:6379"));
  const replyTimeoutMs = milliseconds(values.get("socket_timeout"));
  return {
    mode: modes[type as keyof typeof modes],
    nodes,
    sentinelMaster: settings.text("sentinel_master", "mymaster"),
    username: values.get("username"),
    password: values.get("password"),
    database: Number(values.get("db") ?? 0),
    tls: readTls(values),
    connectTimeoutMs: milliseconds(values.get("socket_connect_timeout")) ?? replyTimeoutMs,
    replyTimeoutMs,
    clientName: values.get("client_name"),
  };
}

function milliseconds(seconds: string | undefined): number | undefined {
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

/** Parts between commas: `host:port` is a node, `name=value` a parameter. There is no escaping. */
function readConnectionString(text: string) {
  const nodes: RedisAddress[] = [];
  const values = new Map<string, string>();
  for (const part of text.split(",").map((each) => each.trim())) {
    const equals = part.indexOf("=");
    if (part === "") continue;
    if (equals < 0) nodes.push(readNode(part));
    else values.set(part.slice(0, equals), plainText(part.slice(equals + 1)));
  }
  const unknown = [...values.keys()].find((name) => !honoured.includes(name) && !ignored.includes(name));
  if (unknown !== undefined) {
    throw new RepositoryError(`the parameter "${unknown}" of "online_store.connection_string" is not known`);
  }
  if (nodes.length === 0) throw new RepositoryError('"online_store.connection_string" names no host');
  return { nodes, values };
}

function readNode(text: string): RedisAddress {
  const [, host, port] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  if (host === undefined || host.includes(":")) {
    throw new RepositoryError('"online_store.connection_string" has a node that is no host:port');
  }
  return { host, port: Number(port ?? 6379) };
}

/** Python reads each value as JSON where it can: a text in quotes is the text without them. */
function plainText(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1) : value;
}

function readTls(values: ReadonlyMap<string, string>): RedisTls | undefined {
  if (values.get("ssl")?.toLowerCase() !== "true") return undefined;
  return {
    verifies: values.get("ssl_cert_reqs") !== "none",
    checksHost: values.get("ssl_check_hostname")?.toLowerCase() !== "false",
    caFile: values.get("ssl_ca_certs"),
    certFile: values.get("ssl_certfile"),
    keyFile: values.get("ssl_keyfile"),
  };
}
