import type { RedisAddress, RedisSettings, RedisTls } from "../../../connections/redis/redis-options.js";
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

const connection = "connection_string";

/** Reads the Redis settings of `online_store`. Throws RepositoryError. */
export function readRedisSettings(settings: SettingReader): RedisSettings {
  const type = settings.oneOf("redis_type", ["redis", "redis_cluster", "redis_sentinel"], "redis");
  const { nodes, values } = readConnectionString(settings);
  const number = (name: string, factor: number) => {
    const value = Number(values.get(name) ?? Number.NaN) * factor;
    if (values.has(name) && !(value >= 0)) throw refuse(settings, `parameter "${name}" that is no number`);
    return values.has(name) ? value : undefined;
  };
  const replyTimeoutMs = number("socket_timeout", 1_000);
  return {
    mode: modes[type],
    nodes,
    sentinelMaster: settings.text("sentinel_master", "mymaster"),
    username: values.get("username"),
    password: values.get("password"),
    database: number("db", 1) ?? 0,
    tls: readTls(settings, values),
    connectTimeoutMs: number("socket_connect_timeout", 1_000) ?? replyTimeoutMs,
    replyTimeoutMs,
    clientName: values.get("client_name"),
  };
}

function refuse(settings: SettingReader, what: string) {
  return settings.refuse(connection, `has a ${what}`);
}

/** Parts between commas: `host:port` is a node, `name=value` a parameter. There is no escaping. */
function readConnectionString(settings: SettingReader) {
  const nodes: RedisAddress[] = [];
  const values = new Map<string, string>();
  for (const part of settings
    .text(connection, "localhost:6379")
    .split(",")
    .map((each) => each.trim())) {
    const equals = part.indexOf("=");
    if (part === "") continue;
    if (equals < 0) nodes.push(readNode(part, settings));
    else values.set(part.slice(0, equals), plainText(part.slice(equals + 1)));
  }
  const unknown = [...values.keys()].find((name) => !honoured.includes(name) && !ignored.includes(name));
  if (unknown !== undefined) throw refuse(settings, `parameter "${unknown}" that is not known`);
  if (nodes.length === 0) throw settings.refuse(connection, "names no host");
  return { nodes, values };
}

function readNode(text: string, settings: SettingReader): RedisAddress {
  const [, host, port] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  if (host === undefined || host.includes(":")) throw refuse(settings, "node that is no host:port");
  return { host, port: Number(port ?? 6379) };
}

/** Python reads each value as JSON where it can: a text in quotes is the text without them. */
function plainText(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1) : value;
}

function readTls(settings: SettingReader, values: ReadonlyMap<string, string>): RedisTls | undefined {
  const isOn = (name: string, fallback: boolean) => {
    const value = values.get(name)?.toLowerCase();
    if (value === undefined) return fallback;
    if (value === "true" || value === "1") return true;
    if (value === "false" || value === "0") return false;
    throw refuse(settings, `parameter "${name}" that is neither true nor false`);
  };
  const checksHost = isOn("ssl_check_hostname", true);
  const wanted = values.get("ssl_cert_reqs") ?? "required";
  if (!["none", "optional", "required"].includes(wanted)) {
    throw refuse(settings, 'parameter "ssl_cert_reqs" that is not one of none, optional, required');
  }
  if (!isOn("ssl", false)) return undefined;
  const [caFile, certFile, keyFile] = ["ssl_ca_certs", "ssl_certfile", "ssl_keyfile"].map((name) =>
    values.get(name),
  );
  settings.certificates({
    ca: { name: connection, path: caFile },
    cert: { name: connection, path: certFile },
    key: { name: connection, path: keyFile },
  });
  return { verifies: wanted !== "none", checksHost, caFile, certFile, keyFile };
}
