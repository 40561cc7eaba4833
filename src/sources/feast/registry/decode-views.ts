import { readTimestamp } from "../protobuf/timestamp.js";
import type { WireReader } from "../protobuf/wire-reader.js";
import type { FeatureView, Field, ViewKind } from "./model.js";

/** The numbers of the fields in the spec of each kind of view (`feast/core/*.proto`). */
const specFields: Readonly<Record<ViewKind, Readonly<Record<number, SpecField>>>> = {
  feature_view: {
    ...{ 1: "name", 2: "project", 3: "entities", 4: "features", 6: "ttl" },
    ...{ 8: "online", 12: "keyColumns", 20: "disabled" },
  },
  stream_feature_view: {
    ...{ 1: "name", 2: "project", 3: "entities", 4: "features", 5: "keyColumns" },
    ...{ 9: "ttl", 12: "online", 23: "disabled" },
  },
  on_demand_feature_view: {
    ...{ 1: "name", 2: "project", 3: "features", 4: "sources", 12: "stored" },
    ...{ 13: "entities", 14: "keyColumns", 19: "disabled" },
  },
  label_view: {
    ...{ 1: "name", 2: "project", 3: "entities", 4: "features", 6: "ttl" },
    ...{ 8: "online", 11: "keyColumns" },
  },
};

type SpecField =
  | "name"
  | "project"
  | "entities"
  | "features"
  | "keyColumns"
  | "ttl"
  | "online"
  | "disabled"
  | "stored"
  | "sources";

/** The numbers of the current version and of the state in the metadata. */
const metaFields: Readonly<Record<ViewKind, { readonly version: number; readonly state: number }>> = {
  feature_view: { version: 4, state: 6 },
  stream_feature_view: { version: 4, state: 6 },
  on_demand_feature_view: { version: 3, state: 5 },
  label_view: { version: 4, state: 6 },
};

/** Reads a view: its spec and its metadata. Throws WireError. */
export function readView(reader: WireReader, kind: ViewKind): FeatureView {
  let view = emptyView(kind);
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) view = { ...view, ...readSpec(reader.message(), kind) };
    else if (field === 2) view = { ...view, ...readMeta(reader.message(), kind) };
    else reader.skip();
  }
  return view;
}

function emptyView(kind: ViewKind): FeatureView {
  return {
    kind,
    name: "",
    project: "",
    entities: [],
    features: [],
    keyColumns: [],
    ttlSeconds: 0,
    isOnline: false,
    isDisabled: false,
    state: 0,
    currentVersion: 0,
    isStored: false,
    requestFields: [],
  };
}

function readSpec(reader: WireReader, kind: ViewKind): Partial<FeatureView> {
  const names = specFields[kind];
  const texts = { name: "", project: "" };
  const entities: string[] = [];
  const features: Field[] = [];
  const keyColumns: Field[] = [];
  const requestFields: string[] = [];
  const flags = { online: kind === "on_demand_feature_view", disabled: false, stored: false };
  let ttlSeconds = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    const name = names[field];
    if (name === "name" || name === "project") texts[name] = reader.text();
    else if (name === "entities") entities.push(reader.text());
    else if (name === "features") features.push(readField(reader.message()));
    else if (name === "keyColumns") keyColumns.push(readField(reader.message()));
    else if (name === "ttl") ttlSeconds = durationSeconds(reader.message());
    else if (name === "sources") requestFields.push(...readSourceEntry(reader.message()));
    else if (name !== undefined) flags[name] = reader.varint() !== 0;
    else reader.skip();
  }
  const { online, disabled, stored } = flags;
  const all = { ...texts, entities, features, keyColumns, requestFields, ttlSeconds };
  return { ...all, isOnline: online, isDisabled: disabled, isStored: stored };
}

function durationSeconds(reader: WireReader): number {
  const { seconds, nanos } = readTimestamp(reader);
  return seconds + nanos / 1e9;
}

function readMeta(reader: WireReader, kind: ViewKind): Partial<FeatureView> {
  const numbers = metaFields[kind];
  let currentVersion = 0;
  let state = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === numbers.version) currentVersion = reader.int32();
    else if (field === numbers.state) state = reader.varint();
    else reader.skip();
  }
  return { currentVersion, state };
}

export function readField(reader: WireReader): Field {
  let name = "";
  let type = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) name = reader.text();
    else if (field === 2) type = reader.varint();
    else reader.skip();
  }
  return { name, type };
}

/** An entry of the sources of an on-demand view: only a request source matters, for the names it asks for. */
function readSourceEntry(reader: WireReader): readonly string[] {
  const names: string[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2) names.push(...readSource(reader.message()));
    else reader.skip();
  }
  return names;
}

function readSource(reader: WireReader): readonly string[] {
  const names: string[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2) names.push(...readRequestSource(reader.message()));
    else reader.skip();
  }
  return names;
}

function readRequestSource(reader: WireReader): readonly string[] {
  const names: string[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 18) names.push(...readRequestOptions(reader.message()));
    else reader.skip();
  }
  return names;
}

/** The schema, and the mapping that stood for it in old releases. */
function readRequestOptions(reader: WireReader): readonly string[] {
  const names: string[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 2 || field === 3) names.push(readField(reader.message()).name);
    else reader.skip();
  }
  return names;
}
