import {
  dummyEntity,
  type Entity,
  type FeatureService,
  type FeatureView,
  type RegistryContent,
} from "./model.js";

/** The registry as one project sees it: names of other projects do not exist. Immutable; a refresh makes a new one. */
export class ProjectRegistry {
  readonly project: string;
  /** Whether the registry lists the project, as those of newer releases do, near their end. */
  readonly isListed: boolean;
  readonly views = new Map<string, FeatureView>();
  readonly services = new Map<string, FeatureService>();
  /** Without the dummy entity. */
  readonly entities = new Map<string, Entity>();
  private readonly versions = new Map<string, FeatureView>();

  constructor(content: RegistryContent, project: string) {
    this.project = project;
    this.isListed = content.projects.includes(project);
    const isOwn = (each: { readonly project: string }) => each.project === project;
    for (const view of content.views) {
      if (isOwn(view) && !this.views.has(view.name)) this.views.set(view.name, view);
    }
    for (const service of content.services) if (isOwn(service)) this.services.set(service.name, service);
    for (const entity of content.entities) {
      if (isOwn(entity) && entity.name !== dummyEntity) this.entities.set(entity.name, entity);
    }
    for (const { view, version } of content.versions) {
      if (isOwn(view)) this.versions.set(`${view.name}@${version}`, view);
    }
  }

  /** A view as it was in one of its versions. */
  version(view: FeatureView, version: number): FeatureView | undefined {
    const kept = this.versions.get(`${view.name}@${version}`);
    return kept ?? (view.currentVersion === version ? view : undefined);
  }
}
