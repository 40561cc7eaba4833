import { pathPattern } from "./route-path.js";

/** A route that the service answers: its path as the configuration writes it, and its methods. */
export interface KnownRoute {
  readonly path: string;
  readonly methods: readonly string[];
}

/** Answers which methods a path has: for `Allow`, when a request came with another one. */
export class KnownRoutes {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  add({ path, methods }: KnownRoute): void {
    this.routes.push({ pattern: pathPattern(path), methods });
  }

  /** Sorted; empty for a path that no route has. */
  methodsAt(path: string): readonly string[] {
    const found = this.routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  }
}
