import { readTimestamp } from "../protobuf/timestamp.js";
import type { WireReader } from "../../../connections/protobuf/wire-reader.js";
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

/** A view while it is read: one object that is filled, because a registry has thousands of them. */
type OpenView = { -readonly [Key in keyof FeatureView]: FeatureView[Key] } & {
  readonly entities: string[];
  readonly features: Field[];
  readonly keyColumns: Field[];
  readonly requestFields: string[];
};

/** Reads a view: its spec and its metadata. Throws WireError. */
export function readView(reader: WireReader, kind: ViewKind): FeatureView {
  const view: OpenView = {
    kind,
    name: "",
    project: "",
    entities: [],
    features: [],
    keyColumns: [],
    ttlSeconds: 0,
    isOnline: kind === "on_demand_feature_view",
    isDisabled: false,
    state: 0,
    currentVersion: 0,
    isStored: false,
    requestFields: [],
  };
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) readSpec(reader.message(), view);
    else if (field === 2) readMeta(reader.message(), view);
    else reader.skip();
  }
  return view;
}

function readSpec(reader: WireReader, view: OpenView): void {
  const names = specFields[view.kind];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    switch (names[field]) {
      case "name":
        view.name = reader.text();
        break;
      case "project":
        view.project = reader.text();
        break;
      case "entities":
        view.entities.push(reader.text());
        break;
      case "features":
        view.features.push(readField(reader.message()));
        break;
      case "keyColumns":
        view.keyColumns.push(readField(reader.message()));
        break;
      case "ttl":
        view.ttlSeconds = durationSeconds(reader.message());
        break;
      case "sources":
        view.requestFields.push(...readSourceEntry(reader.message()));
        break;
      case "online":
        view.isOnline = reader.varint() !== 0;
        break;
      case "disabled":
        view.isDisabled = reader.varint() !== 0;
        break;
      case "stored":
        view.isStored = reader.varint() !== 0;
        break;
      default:
        reader.skip();
    }
  }
}

function durationSeconds(reader: WireReader): number {
  const { seconds, nanos } = readTimestamp(reader);
  return seconds + nanos / 1e9;
}

function readMeta(reader: WireReader, view: OpenView): void {
  const numbers = metaFields[view.kind];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === numbers.version) view.currentVersion = reader.int32();
    else if (field === numbers.state) view.state = reader.varint();
    else reader.skip();
  }
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
