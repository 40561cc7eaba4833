import { parse } from "yaml";
import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import type { KeyLayout } from "../keys/key-encoder.js";
import { expandVariables } from "./expand-variables.js";
import { readOnlineStore, type OnlineStoreConfig } from "./online-store-config.js";
import { readRegistryPlace, type RegistryPlace } from "./registry-place.js";
import { RepositoryError } from "./repository-error.js";
import { SettingReader } from "./setting-reader.js";

/** What a `feature_store.yaml` says, as far as reading features needs it. Paths are as written. */
export interface FeatureStoreConfig {
  readonly project: string;
  readonly registry: RegistryConfig;
  readonly store: OnlineStoreConfig;
  readonly keyVersion: KeyLayout;
  /** The key version is not written: repositories of Feast before 0.50 may then mean another one. */
  readonly isKeyVersionAssumed: boolean;
}

export interface RegistryConfig {
  readonly place: RegistryPlace;
  /** 0 where a registry never grows old. */
  readonly refreshMs: number;
  readonly readsVersions: boolean;
  readonly servesWhileMaterializing: boolean;
}

/** Reads the text of a `feature_store.yaml`. Throws RepositoryError and UnsupportedError. */
export function readFeatureStore(
  text: string,
  env: (name: string) => string | undefined,
  projectOverride?: string,
): FeatureStoreConfig {
  const top = new SettingReader("", parsed(expandVariables(text, env)));
  const keyVersion = top.number("entity_key_serialization_version", 3);
  if (![0, 1, 2, 3].includes(keyVersion)) {
    throw new RepositoryError(`"entity_key_serialization_version" is ${keyVersion}, not one of 1, 2, 3`);
  }
  return {
    project: projectOverride ?? top.required("project"),
    registry: readRegistry(top.value("registry")),
    store: readOnlineStore(top.value("online_store"), top.isWritten("online_store")),
    keyVersion: keyVersion as KeyLayout,
    isKeyVersionAssumed: !top.has("entity_key_serialization_version"),
  };
}

function parsed(text: string): JsonValue {
  try {
    return parse(text, { merge: true }) as JsonValue;
  } catch (error) {
    throw new RepositoryError(`it is no YAML: ${error instanceof Error ? error.message.split("\n")[0] : ""}`);
  }
}

function readRegistry(written: JsonValue): RegistryConfig {
  if (written === null) throw new RepositoryError('"registry" is missing');
  const settings = new SettingReader("registry", isJsonObject(written) ? written : { path: written });
  return {
    place: readRegistryPlace(settings),
    refreshMs: settings.number("cache_ttl_seconds", 600) * 1_000,
    readsVersions: settings.boolean("enable_online_feature_view_versioning", false),
    servesWhileMaterializing: settings.boolean("serve_features_while_materializing", false),
  };
}
