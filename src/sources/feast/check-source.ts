import { accessOf, unkeptRefusal } from "../../connections/http/access.js";
import type { SourceDefinition } from "../../contracts/source.js";
import { checkedRepository, type CheckedRepository } from "./repository/checked-repository.js";
import { checkOwnNames } from "./repository/own-names.js";
import type { FeastSettings } from "./settings.js";

/** Checks a source as a whole: its repository, its services, its fallback. */
export function checkSource(definition: SourceDefinition<FeastSettings>): void {
  const { settings, report, tree } = definition;
  if (settings.repo_path === undefined && settings.url === undefined) {
    report.add("FEAST_PLACE_MISSING", {}, tree.location);
  }
  const repository = checkedRepository(definition);
  refuseMisplaced(definition, repository);
  if (repository !== undefined) checkStore(definition, repository);
  const reason = unkeptRefusal(accessOf(settings));
  if (reason !== undefined) {
    report.add("CONFIG_VALUE_INVALID", { reason }, placeOf(definition, "private_addresses"));
  }
  checkFallbackSource(definition);
  if (repository?.known === undefined) return;
  checkOwnNames(settings, repository.known, report, (key) => placeOf(definition, key));
}

const ofServers = [
  ...(["headers", "auth", "tls", "proxy", "private_addresses"] as const),
  ...(["connections", "request_context"] as const),
];
const ofRepositories = ["project"] as const;
const ofStores = ["registry_refresh", "batching"] as const;

/** Keys that would do nothing, because the source has no server, or nothing that is read natively. */
function refuseMisplaced(
  { settings, report, tree }: SourceDefinition<FeastSettings>,
  repository: CheckedRepository | undefined,
): void {
  const refuse = (keys: readonly (keyof FeastSettings)[], what: string) => {
    for (const key of keys) {
      const place = tree.kind === "mapping" ? tree.entries.get(key)?.keyLocation : undefined;
      if (place === undefined) continue;
      report.add("CONFIG_VALUE_INVALID", { reason: `"${key}" has no meaning ${what}.` }, place, leaveOut);
    }
  };
  const hasRepository = settings.repo_path !== undefined;
  if (!hasRepository) refuse([...ofRepositories, ...ofStores], "without `repo_path`");
  if (hasRepository && repository === undefined) return;
  const isRemote = repository?.config.store.type === "remote";
  if (isRemote) refuse(ofStores, "where a feature server is the online store");
  if (settings.url !== undefined || isRemote) return;
  refuse(ofServers, "without a feature server");
  if (repository?.config.store.type !== "postgres") refuse(["max_response"], "for this store");
}

const leaveOut = { hint: "Leave it out." };

/** What a repository keeps its features in, and who may ask for them. */
function checkStore(
  definition: SourceDefinition<FeastSettings>,
  { file, config: { store, auth } }: CheckedRepository,
): void {
  const { settings, report } = definition;
  if (store.type === "none") {
    const reason = "it has no online store";
    report.add("FEAST_REPOSITORY_INVALID", { file, reason }, settings.repo_path!.location);
  }
  if (auth.type === "no_auth") return;
  const isAsked = store.type === "remote" && settings.url === undefined && settings.auth === undefined;
  if (isAsked && auth.token === undefined) {
    report.add("FEAST_TOKEN_UNAVAILABLE", {}, { file, ...auth.place });
  }
  const { expose } = settings;
  if (expose === true || (expose !== false && expose.auth === undefined)) {
    report.add("FEAST_PERMISSIONS_UNCHECKED", { file, type: auth.type }, placeOf(definition, "expose"));
  }
}

function checkFallbackSource(definition: SourceDefinition<FeastSettings>): void {
  const { settings, report, sourcesOf } = definition;
  const fallback = settings.database_fallback;
  if (fallback === undefined) return;
  const { value: name, location } = fallback.source_id;
  const known = sourcesOf("database");
  if (known.includes(name)) return;
  const place = location.file === "" ? placeOf(definition, "database_fallback") : location;
  report.add("SOURCE_UNKNOWN", { kind: "database", name, known }, place);
}

/** The place of a key of the source; of the source itself where it is not written. */
function placeOf({ tree }: SourceDefinition<FeastSettings>, key: string) {
  const entry = tree.kind === "mapping" ? tree.entries.get(key) : undefined;
  return entry?.value.location ?? tree.location;
}
