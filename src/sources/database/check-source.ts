import { isIP } from "node:net";
import { isInstalled, optionalPackages, type OptionalPackage } from "../../connections/optional-packages.js";
import type { SourceDefinition } from "../../contracts/source.js";
import type { Tree } from "../../schema/tree.js";
import type { DialectName } from "./connection-string.js";
import type { DatabaseSettings } from "./settings.js";

/** Reports keys that the source's kind of database does not have, and a driver that is not installed. */
export function checkSource({ settings, tree, report }: SourceDefinition<DatabaseSettings>): void {
  const { dialect } = settings.connection_string;
  for (const key of foreignKeys[dialect]) {
    const place = tree.kind === "mapping" ? tree.entries.get(key)?.keyLocation : undefined;
    if (place === undefined) continue;
    const reason = `"${key}" has no meaning for ${products[dialect]}.`;
    report.add("CONFIG_VALUE_INVALID", { reason }, place, { hint: "Leave it out." });
  }
  refuseAddress(settings, tree, report);
  const driver = drivers[dialect];
  if (driver === undefined || isInstalled(driver)) return;
  const { name, purpose, version } = driver;
  report.add("DRIVER_MISSING", { what: purpose, name, version, reason: "" }, tree.location);
}

/** The driver of MySQL compares no address with a certificate: it would look for "localhost" in it. */
function refuseAddress(
  { ssl, connection_string: address }: DatabaseSettings,
  tree: Tree,
  report: SourceDefinition<unknown>["report"],
): void {
  if (ssl !== "verify-full" || address.dialect !== "mysql" || isIP(address.host) === 0) return;
  const place = tree.kind === "mapping" ? tree.entries.get("ssl")?.value.location : undefined;
  const reason =
    "`verify-full` needs the name of the host: the driver compares no address with a certificate.";
  const hint = "Write the name in `connection_string`, or `ssl: verify-ca`.";
  report.add("CONFIG_VALUE_INVALID", { reason }, place ?? tree.location, { hint });
}

const products: Readonly<Record<DialectName, string>> = {
  sqlite: "SQLite",
  postgresql: "PostgreSQL",
  mysql: "MySQL and MariaDB",
  duckdb: "DuckDB",
};

const serverKeys = ["ssl", "ca_file", "cert_file", "key_file", "application_name"];
const poolKeys = ["idle_timeout", "max_lifetime"];
const fileKeys = ["init_sql", "init_csv", "options"];

const foreignKeys: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: [...serverKeys, ...poolKeys],
  postgresql: fileKeys,
  mysql: fileKeys,
  duckdb: [...serverKeys, ...poolKeys, ...fileKeys],
};

const drivers: Partial<Readonly<Record<DialectName, OptionalPackage>>> = {
  mysql: optionalPackages.mysql2,
  duckdb: optionalPackages.duckdb,
};
