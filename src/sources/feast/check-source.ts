import { unkeptRefusal } from "../../connections/http/access.js";
import type { SourceDefinition } from "../../contracts/source.js";
import { checkedRepository, placeOf } from "./repository/checked-repository.js";
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
    const facts = { file: `${settings.repo_path}/feature_store.yaml`, reason };
    report.add("FEAST_REPOSITORY_INVALID", facts, placeOf(definition, "repo_path"));
  }
  const { proxy, private_addresses } = settings;
  const reason = unkeptRefusal({ proxy, refusesPrivate: private_addresses === "refuse" });
  if (reason !== undefined) {
    report.add("CONFIG_VALUE_INVALID", { reason }, placeOf(definition, "private_addresses"));
  }
  checkFallback(definition, repository?.registry);
}

function checkFallback(
  definition: SourceDefinition<FeastSettings>,
  registry: NonNullable<ReturnType<typeof checkedRepository>>["registry"],
): void {
  const { settings, report, sourcesOf } = definition;
  const fallback = settings.database_fallback;
  if (fallback === undefined) return;
  const place = placeOf(definition, "database_fallback");
  const { value: name } = fallback.source_id;
  const known = sourcesOf("database");
  if (!known.includes(name)) {
    const at = fallback.source_id.location.file === "" ? place : fallback.source_id.location;
    report.add("SOURCE_UNKNOWN", { kind: "database", name, known }, at);
  }
  if (registry === undefined) return;
  for (const reference of fallback.mapping.keys()) {
    const colon = reference.indexOf(":");
    const view = registry.views.get(reference.slice(0, colon));
    const isKnown = view?.features.some((feature) => feature.name === reference.slice(colon + 1)) === true;
    const reason = view === undefined ? "there is no such feature view" : "its view has no such feature";
    if (!isKnown) report.add("FALLBACK_FEATURE_UNKNOWN", { name: reference, reason }, place);
  }
}
