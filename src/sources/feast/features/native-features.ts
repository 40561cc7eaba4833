import type { KeyLayout } from "../keys/key-encoder.js";
import type { OnlineStore } from "../online/online-store.js";
import type { ProjectRegistry } from "../registry/project-registry.js";
import type { RegistryConfig } from "../repository/feature-store-config.js";
import { bindRead, type BoundRead, type ReadView } from "./bound-read.js";
import { joinKeysOf, type JoinKey } from "./join-keys.js";
import type { ResolvedSelection } from "./projection.js";
import { resolveSelection } from "./resolve-selection.js";
import { SelectionError, type Rules, type Selection } from "./selection.js";

/** A selection with all that reading it needs, worked out once for each registry. */
export interface FeaturePlan extends ResolvedSelection {
  /** Of the columns. */
  readonly names: readonly string[];
  /** By projection. */
  readonly joinKeys: readonly (readonly JoinKey[])[];
  /** Keys as our own steps send them: each view under all of its keys. */
  readonly bound: BoundRead;
}

/**
 * The features of one registry in one store. Plans are kept as long as the registry is; a new registry comes with a
 * new one of these.
 */
export class NativeFeatures {
  readonly registry: ProjectRegistry;
  readonly config: RegistryConfig;
  readonly store: OnlineStore;
  private readonly layout: KeyLayout;
  private readonly stepPlans = new Map<Selection, FeaturePlan>();
  private readonly ofServer = new Set<Selection>();

  constructor(registry: ProjectRegistry, config: RegistryConfig, store: OnlineStore, layout: KeyLayout) {
    this.registry = registry;
    this.config = config;
    this.store = store;
    this.layout = layout;
  }

  /** The plan of a step, known by the identity of its selection. Throws SelectionError where the registry has changed so that it cannot be read any more. */
  stepPlan(selection: Selection): FeaturePlan {
    const known = this.stepPlans.get(selection);
    if (known !== undefined) return known;
    const resolved = this.resolve(selection, "steps");
    const joinKeys = resolved.projections.map((projection) => joinKeysOf(projection, this.registry));
    const views = resolved.projections.map(({ storedName, features, view }, index) => ({
      storedName,
      features: features.map(({ name }) => name),
      allFeatures: view.features.map(({ name }) => name),
      joinKeys: joinKeys[index]!,
    }));
    const names = resolved.columns.map(({ name }) => name);
    const plan = { ...resolved, names, joinKeys, bound: this.bind(views) };
    this.stepPlans.set(selection, plan);
    return plan;
  }

  /** Whether only a feature server can answer, because Python computes something of it. */
  needsServer(selection: Selection): boolean {
    if (this.stepPlans.has(selection)) return false;
    if (this.ofServer.has(selection)) return true;
    const found = this.planOrError(selection);
    if (!(found instanceof SelectionError) || found.fault.kind !== "needs-server") return false;
    this.ofServer.add(selection);
    return true;
  }

  /** As `stepPlan`; `undefined` where it throws. */
  findPlan(selection: Selection): FeaturePlan | undefined {
    const found = this.planOrError(selection);
    return found instanceof SelectionError ? undefined : found;
  }

  /** Throws SelectionError. */
  resolve(selection: Selection, rules: Rules): ResolvedSelection {
    return resolveSelection(selection, { registry: this.registry, config: this.config, rules });
  }

  bind(views: readonly ReadView[]): BoundRead {
    return bindRead(views, this.store, this.layout);
  }

  private planOrError(selection: Selection): FeaturePlan | SelectionError {
    try {
      return this.stepPlan(selection);
    } catch (error) {
      if (error instanceof SelectionError) return error;
      throw error;
    }
  }
}
