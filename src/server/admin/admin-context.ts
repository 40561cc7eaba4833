import type { ServiceOperations } from "../service-operations.js";

/** What the routes of the admin listener are about. */
export interface AdminContext {
  readonly operations: ServiceOperations;
  readonly isStopping: () => boolean;
  readonly projectFolder: string;
  /** `admin.token` of the configuration that serves, where it has one. */
  readonly configuredToken: () => string | undefined;
}
