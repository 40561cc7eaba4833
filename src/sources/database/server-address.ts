import type { CheckContext } from "../../schema/schema.js";
import { Secret } from "../../schema/secret.js";
import type { Tree } from "../../schema/tree.js";

export type ServerDialect = "postgresql" | "mysql";

/** Where a database server is, and who speaks to it. */
export interface ServerAddress {
  readonly dialect: ServerDialect;
  readonly host: string;
  readonly port: number;
  /** A socket of the machine in place of host and port: of PostgreSQL its folder. */
  readonly socket: string | undefined;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly database: string | undefined;
}

const form = /^(?:(.*)@)?(\[[^\]]*\]|[^@/?#:[\]]*)(?::(\d+))?(?:\/([^/?#]*))?(?:\?([^#]*))?$/s;
const ports: Readonly<Record<ServerDialect, number>> = { postgresql: 5432, mysql: 3306 };

/**
 * Reads what follows `postgresql://` or `mysql://`. The password may hold any characters: it ends at the last `@`. A
 * socket is `?host=/folder` of PostgreSQL, `?socket=/file` of MySQL.
 */
export function readServerAddress(
  dialect: ServerDialect,
  rest: string,
  tree: Tree,
  context: CheckContext,
): ServerAddress | undefined {
  const refuse = (reason: string, hint?: string) =>
    context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
  const match = form.exec(rest);
  if (match === null) {
    return refuse(
      "This is no address of a database.",
      `Write \`${dialect}://user:\${DB_PASSWORD}@host:${ports[dialect]}/database\`.`,
    );
  }
  const [, login = "", host = "", port, database = "", query = ""] = match;
  const parameters = new URLSearchParams(query);
  const socketKey = dialect === "postgresql" ? "host" : "socket";
  const unknown = [...parameters.keys()].find((key) => key !== socketKey);
  if (unknown !== undefined) {
    return refuse(
      `"${unknown}" cannot stand in a connection string.`,
      "Settings of a connection are keys of the source, such as `ssl` and `application_name`.",
    );
  }
  const [user = "", password] = splitLogin(login);
  return {
    dialect,
    host: host.replace(/^\[|\]$/g, "") || "localhost",
    port: port === undefined ? ports[dialect] : Number(port),
    socket: parameters.get(socketKey) ?? undefined,
    user: user === "" ? undefined : decoded(user),
    password: password === undefined ? undefined : new Secret(decoded(password)),
    database: database === "" ? undefined : decoded(database),
  };
}

/** True where the server is on this machine, so that nobody between can read along. */
export function isLocal({ host, socket }: ServerAddress): boolean {
  return socket !== undefined || /^(localhost|127(\.\d+){3}|::1)$/i.test(host);
}

function splitLogin(login: string): readonly [string, string | undefined] {
  const colon = login.indexOf(":");
  return colon < 0 ? [login, undefined] : [login.slice(0, colon), login.slice(colon + 1)];
}

/** A password from a variable may hold a `%` that begins no escape. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
