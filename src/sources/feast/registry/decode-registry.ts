import { WireReader } from "../../../connections/protobuf/wire-reader.js";
import { readField, readView } from "./decode-views.js";
import type {
  Entity,
  FeatureService,
  FeatureView,
  Field,
  RegistryContent,
  ServiceProjection,
  ViewKind,
  ViewVersion,
} from "./model.js";

/** Reads a whole registry (`feast.core.Registry`). Throws WireError. */
export function decodeRegistry(bytes: Buffer): RegistryContent {
  const reader = new WireReader(bytes);
  const views: Record<ViewKind, FeatureView[]> = {
    feature_view: [],
    stream_feature_view: [],
    on_demand_feature_view: [],
    label_view: [],
  };
  const entities: Entity[] = [];
  const services: FeatureService[] = [];
  let versions: readonly ViewVersion[] = [];
  const projects: string[] = [];
  let versionId = "";
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    const kind = viewFields[field];
    if (kind !== undefined) views[kind].push(readView(reader.message(), kind));
    else if (field === 1) entities.push(readEntity(reader.message()));
    else if (field === 7) services.push(readService(reader.message()));
    else if (field === 4) versionId = reader.text();
    else if (field === 15) projects.push(readTextPair(reader.message())[0]);
    else if (field === 17) projects.push(readProject(reader.message()));
    else if (field === 18) versions = readHistory(reader.message());
    else reader.skip();
  }
  const { feature_view, stream_feature_view, on_demand_feature_view, label_view } = views;
  const inOrder = [...feature_view, ...stream_feature_view, ...on_demand_feature_view, ...label_view];
  return { versionId, projects, entities, services, versions, views: inOrder };
}

const viewFields: Readonly<Record<number, ViewKind>> = {
  6: "feature_view",
  8: "on_demand_feature_view",
  14: "stream_feature_view",
  19: "label_view",
};

function readProject(reader: WireReader): string {
  let name = "";
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) name = readTextPair(reader.message())[0];
    else reader.skip();
  }
  return name;
}

export function readEntity(reader: WireReader): Entity {
  let entity: Entity = { name: "", project: "", joinKey: "", type: 0 };
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) entity = readEntitySpec(reader.message());
    else reader.skip();
  }
  return entity;
}

function readEntitySpec(reader: WireReader): Entity {
  const texts = { name: "", joinKey: "", project: "" };
  let type = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) texts.name = reader.text();
    else if (field === 2) type = reader.varint();
    else if (field === 4) texts.joinKey = reader.text();
    else if (field === 9) texts.project = reader.text();
    else reader.skip();
  }
  return { ...texts, type };
}

export function readService(reader: WireReader): FeatureService {
  let service: FeatureService = { name: "", project: "", projections: [], isPrecomputed: false };
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) service = readServiceSpec(reader.message());
    else reader.skip();
  }
  return service;
}

function readServiceSpec(reader: WireReader): FeatureService {
  const texts = { name: "", project: "" };
  const projections: ServiceProjection[] = [];
  let isPrecomputed = false;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) texts.name = reader.text();
    else if (field === 2) texts.project = reader.text();
    else if (field === 3) projections.push(readProjection(reader.message()));
    else if (field === 8) isPrecomputed = reader.varint() !== 0;
    else reader.skip();
  }
  return { ...texts, projections, isPrecomputed };
}

function readProjection(reader: WireReader): ServiceProjection {
  const features: Field[] = [];
  const joinKeyMap = new Map<string, string>();
  let view = "";
  let alias = "";
  let version: number | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) view = reader.text();
    else if (field === 2) features.push(readField(reader.message()));
    else if (field === 3) alias = reader.text();
    else if (field === 4) joinKeyMap.set(...readTextPair(reader.message()));
    else if (field === 10) version = reader.int32();
    else reader.skip();
  }
  return { view, alias, features, joinKeyMap, version };
}

function readTextPair(reader: WireReader): [string, string] {
  const pair: [string, string] = ["", ""];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1 || field === 2) pair[field - 1] = reader.text();
    else reader.skip();
  }
  return pair;
}

function readHistory(reader: WireReader): readonly ViewVersion[] {
  const versions: ViewVersion[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    const version = field === 1 ? readVersion(reader.message()) : reader.skip();
    if (version !== undefined) versions.push(version);
  }
  return versions;
}

function readVersion(reader: WireReader): ViewVersion | undefined {
  let version = 0;
  let kind = "feature_view";
  let bytes: Buffer | undefined;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 3) version = reader.int32();
    else if (field === 4) kind = reader.text();
    else if (field === 5) bytes = reader.block();
    else reader.skip();
  }
  return bytes === undefined ? undefined : viewVersion(bytes, kind, version);
}

/** A version of a view; `undefined` for a kind that is not known here. */
export function viewVersion(bytes: Buffer, kind: string, version: number): ViewVersion | undefined {
  const known = Object.values(viewFields).find((each) => each === kind);
  return known === undefined ? undefined : { version, view: readView(new WireReader(bytes), known) };
}
