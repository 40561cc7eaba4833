import type { Generations } from "../generations.js";
import type { Reloader } from "../reloader.js";

/** What the routes of the admin listener are about. */
export interface AdminContext {
  readonly generations: Generations;
  readonly reloader: Reloader;
  readonly isStopping: () => boolean;
}
