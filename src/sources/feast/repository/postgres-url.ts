import type { PostgresSettings } from "./online-store-config.js";
import { RepositoryError } from "./repository-error.js";

/** Parameters that we honour, and those that change nothing for a reader. */
const honoured = ["host", "sslmode", "sslkey", "sslcert", "sslrootcert", "options"];
const ignored = [
  ...["application_name", "client_encoding", "connect_timeout", "keepalives", "keepalives_idle"],
  ...["keepalives_interval", "keepalives_count", "target_session_attrs", "gssencmode", "channel_binding"],
];

/** Reads a URL of SQLAlchemy's for PostgreSQL. Throws RepositoryError, which does not show the URL: it holds a password. */
export function readPostgresUrl(url: string): PostgresSettings {
  const parsed = parse(url);
  const parameter = (name: string) => parsed.searchParams.get(name) ?? undefined;
  for (const name of parsed.searchParams.keys()) {
    if (honoured.includes(name) || ignored.includes(name)) continue;
    throw new RepositoryError(`the parameter "${name}" of the URL of "registry" is not known`);
  }
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (database === "") throw new RepositoryError('the URL of "registry" names no database');
  return {
    host: parameter("host") ?? (parsed.hostname === "" ? "localhost" : parsed.hostname),
    port: parsed.port === "" ? 5432 : Number(parsed.port),
    database,
    schemas: schemasOf(parameter("options")),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    sslMode: parameter("sslmode") ?? "prefer",
    sslKeyFile: parameter("sslkey"),
    sslCertFile: parameter("sslcert"),
    sslRootFile: parameter("sslrootcert"),
    maxConnections: 1,
  };
}

function parse(url: string): URL {
  try {
    return new URL(url.replace(/^postgres(ql)?(\+\w+)?:/, "postgresql:"));
  } catch {
    throw new RepositoryError('"registry" has a URL that cannot be read');
  }
}

/** `options=-csearch_path=a,b` says in which schemas the tables are. */
function schemasOf(options: string | undefined): readonly string[] {
  if (options === undefined) return ["public"];
  const [, path] = /^\s*-c\s*search_path\s*=\s*(\S+)\s*$/.exec(options) ?? [];
  if (path !== undefined) return path.split(",").map((each) => each.replaceAll('"', ""));
  throw new RepositoryError('"options" in the URL of "registry" can only be "-csearch_path=…"');
}
