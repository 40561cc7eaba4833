import { unescape } from "node:querystring";
import type { PostgresSettings } from "./online-store-config.js";
import { postgresTls, sslModes } from "./postgres-tls.js";
import type { SettingReader } from "./setting-reader.js";

/** Parameters that we honour, and those that change nothing for a reader. */
const honoured = ["host", "sslmode", "sslkey", "sslcert", "sslrootcert", "options"];
const ignored = [
  ...["application_name", "client_encoding", "connect_timeout", "keepalives", "keepalives_idle"],
  ...["keepalives_interval", "keepalives_count", "target_session_attrs", "gssencmode", "channel_binding"],
];

/** Reads a URL of SQLAlchemy's for PostgreSQL. Throws RepositoryError, which does not show the URL: it holds a password. */
export function readPostgresUrl(url: string, name: string, settings: SettingReader): PostgresSettings {
  const fault = (message: string) => settings.fault(name, message);
  const parsed = parse(url);
  if (parsed === undefined) throw fault('"registry" has a URL that cannot be read');
  const parameter = (each: string) => parsed.searchParams.get(each) ?? undefined;
  for (const each of parsed.searchParams.keys()) {
    if (honoured.includes(each) || ignored.includes(each)) continue;
    throw fault(`the parameter "${each}" of the URL of "registry" is not known`);
  }
  const database = unescape(parsed.pathname.slice(1));
  if (database === "") throw fault('the URL of "registry" names no database');
  const schemas = schemasOf(parameter("options"));
  if (schemas === undefined) throw fault('"options" in the URL of "registry" can only be "-csearch_path=…"');
  const mode = parameter("sslmode") ?? "prefer";
  const sslMode = sslModes.find((each) => each === mode);
  if (sslMode === undefined)
    throw fault(`"sslmode" in the URL of "registry" is not one of ${sslModes.join(", ")}`);
  const named = (each: string) => ({ name, path: parameter(each) });
  const files = { ca: named("sslrootcert"), cert: named("sslcert"), key: named("sslkey") };
  return {
    host: parameter("host") ?? (parsed.hostname === "" ? "localhost" : parsed.hostname),
    port: parsed.port === "" ? 5432 : Number(parsed.port),
    database,
    schemas,
    user: unescape(parsed.username),
    password: unescape(parsed.password),
    ...postgresTls(settings, sslMode, files),
    maxConnections: 1,
  };
}

function parse(url: string): URL | undefined {
  const plain = url.replace(/^postgres(ql)?(\+\w+)?:/, "postgresql:");
  return URL.canParse(plain) ? new URL(plain) : undefined;
}

/** `options=-csearch_path=a,b` says in which schemas the tables are; nothing else can stand there. */
function schemasOf(options: string | undefined): readonly string[] | undefined {
  if (options === undefined) return ["public"];
  const [, path] = /^\s*-c\s*search_path\s*=\s*(\S+)\s*$/.exec(options) ?? [];
  return path?.split(",").map((each) => each.replaceAll('"', ""));
}
