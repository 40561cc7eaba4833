import { unkeptRefusal } from "../../connections/http/access.js";
import type { SourceDefinition } from "../../contracts/source.js";
import { checkedRepository } from "./repository/checked-repository.js";
import { checkOwnNames } from "./repository/own-names.js";
import type { FeastSettings } from "./settings.js";

/** Checks a source as a whole: its repository, its services, its fallback. */
export function checkSource(definition: SourceDefinition<FeastSettings>): void {
  const { settings, report, tree } = definition;
  if (settings.repo_path === undefined && settings.url === undefined) {
    report.add("FEAST_PLACE_MISSING", {}, tree.location);
  }
  const repository = checkedRepository(definition);
  const store = repository?.config.store.type;
  if (store === "none") {
    const reason = "it has no online store";
    const { value: folder, location } = settings.repo_path!;
    report.add("FEAST_REPOSITORY_INVALID", { file: `${folder}/feature_store.yaml`, reason }, location);
  }
  const { proxy, private_addresses } = settings;
  const reason = unkeptRefusal({ proxy, refusesPrivate: private_addresses === "refuse" });
  if (reason !== undefined) {
    report.add("CONFIG_VALUE_INVALID", { reason }, placeOf(definition, "private_addresses"));
  }
  checkFallbackSource(definition);
  if (repository?.known === undefined) return;
  checkOwnNames(settings, repository.known, report, (key) => placeOf(definition, key));
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
