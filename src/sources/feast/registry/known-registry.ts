import type { RegistryConfig } from "../repository/feature-store-config.js";
import type { ProjectRegistry } from "./project-registry.js";

/** What a project can be checked against. */
export interface KnownRegistry {
  readonly registry: ProjectRegistry;
  readonly config: RegistryConfig;
  /** Whether there is a feature server too, for what only Python can compute. */
  readonly hasServer: boolean;
}
