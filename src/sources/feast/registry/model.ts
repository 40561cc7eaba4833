/** What the online reader knows of a view: features under the keys of entities. */
export interface FeatureView {
  readonly kind: ViewKind;
  readonly name: string;
  readonly project: string;
  /** Names of entities; none, or `__dummy`, for a view without. */
  readonly entities: readonly string[];
  readonly features: readonly Field[];
  /** The types of the join keys. */
  readonly keyColumns: readonly Field[];
  /** 0 where values never grow too old. */
  readonly ttlSeconds: number;
  readonly isOnline: boolean;
  readonly isDisabled: boolean;
  readonly state: number;
  readonly currentVersion: number;
  /** Of an on-demand view: it is computed when it is written, and read like any other. */
  readonly isStored: boolean;
  /** Of an on-demand view: what a caller must send beside the keys. */
  readonly requestFields: readonly string[];
}

export type ViewKind = "feature_view" | "stream_feature_view" | "on_demand_feature_view" | "label_view";

export interface Field {
  readonly name: string;
  /** A number of `feast.types.ValueType.Enum`. */
  readonly type: number;
}

export interface Entity {
  readonly name: string;
  readonly project: string;
  readonly joinKey: string;
  readonly type: number;
}

export interface FeatureService {
  readonly name: string;
  readonly project: string;
  readonly projections: readonly ServiceProjection[];
  readonly isPrecomputed: boolean;
}

/** A view as a service sees it. */
export interface ServiceProjection {
  readonly view: string;
  readonly alias: string;
  readonly features: readonly Field[];
  /** The view's join key → the key that callers send. */
  readonly joinKeyMap: ReadonlyMap<string, string>;
  readonly version: number | undefined;
}

/** One version of a view, as its history keeps it. */
export interface ViewVersion {
  readonly view: FeatureView;
  readonly version: number;
}

/** Everything in a registry, whatever the project. */
export interface RegistryContent {
  readonly versionId: string;
  /** The projects that it lists: these stand near its end, behind the views. */
  readonly projects: readonly string[];
  readonly entities: readonly Entity[];
  /** In the order in which a name is looked for. */
  readonly views: readonly FeatureView[];
  readonly services: readonly FeatureService[];
  readonly versions: readonly ViewVersion[];
}

export const dummyEntity = "__dummy";
export const dummyJoinKey = "__dummy_id";

/** Numbers of `feast.types.ValueType.Enum` that have rules of their own. */
export const valueTypes = { unknown: 0, bytes: 1, string: 2, int32: 3, int64: 4, timestamp: 8 } as const;
