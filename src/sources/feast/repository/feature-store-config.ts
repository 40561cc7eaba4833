import type { KeyLayout } from "../keys/key-encoder.js";
import { readOnlineStore, type OnlineStoreConfig } from "./online-store-config.js";
import { readRegistryPlace, type RegistryPlace } from "./registry-place.js";
import { RepositoryNotes, type CertificateFiles, type UnusedSetting } from "./repository-notes.js";
import { RepositoryText } from "./repository-text.js";
import { SettingReader } from "./setting-reader.js";
import { readStoreAuth, type StoreAuth } from "./store-auth.js";

/** What a `feature_store.yaml` says, as far as reading features needs it. Paths are as written. */
export interface FeatureStoreConfig {
  readonly project: string;
  readonly registry: RegistryConfig;
  readonly store: OnlineStoreConfig;
  readonly auth: StoreAuth;
  readonly keyVersion: KeyLayout;
  /** The key version is not written: repositories of Feast before 0.50 may then mean another one. */
  readonly isKeyVersionAssumed: boolean;
  readonly unused: readonly UnusedSetting[];
  readonly certificates: readonly CertificateFiles[];
}

export interface RegistryConfig {
  readonly place: RegistryPlace;
  /** 0 where a registry never grows old. */
  readonly refreshMs: number;
  readonly readsVersions: boolean;
  readonly servesWhileMaterializing: boolean;
}

/** Of applying, materializing, training and Feast's own servers. */
const ofOthers = [
  ...["project_description", "provider", "offline_store", "feature_server", "flags", "repo_path"],
  ...["batch_engine", "batch_engine_config", "materialization", "materialization_config"],
  ...["coerce_tz_aware", "openlineage", "openlineage_config", "mlflow", "mlflow_config", "embedding_model"],
  ...["data_quality_monitoring", "data_quality_monitoring_config"],
  ...["go_feature_serving", "go_feature_retrieval"],
];

/** Reads the text of a `feature_store.yaml`. Throws RepositoryError and UnsupportedError. */
export function readFeatureStore(
  written: string,
  env: (name: string) => string | undefined,
  projectOverride?: string,
): FeatureStoreConfig {
  const text = new RepositoryText(written, env);
  const notes = new RepositoryNotes(text);
  const top = new SettingReader(notes, [], text.value);
  const keyVersion = top.number("entity_key_serialization_version", 3);
  if (![0, 1, 2, 3].includes(keyVersion)) {
    throw top.refuse("entity_key_serialization_version", `is ${keyVersion}, not one of 1, 2, 3`);
  }
  const store = readOnlineStore(top);
  const config = {
    project: projectOverride ?? top.required("project"),
    registry: readRegistry(top),
    store,
    auth: readStoreAuth(top, env, store.type === "remote"),
    keyVersion: keyVersion as KeyLayout,
    isKeyVersionAssumed: !top.has("entity_key_serialization_version"),
  };
  top.finish(["project", ...ofOthers]);
  return { ...config, unused: notes.unused, certificates: notes.certificates };
}

function readRegistry(top: SettingReader): RegistryConfig {
  if (!top.has("registry")) throw top.refuse("registry", "is missing");
  const settings = top.within("registry", "path");
  const registry = {
    place: readRegistryPlace(settings),
    refreshMs: settings.number("cache_ttl_seconds", 600) * 1_000,
    readsVersions: settings.boolean("enable_online_feature_view_versioning", false),
    servesWhileMaterializing: settings.boolean("serve_features_while_materializing", false),
  };
  settings.finish(["cache_mode", "s3_additional_kwargs", "purge_feast_metadata", "mcp"]);
  return registry;
}
