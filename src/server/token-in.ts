import type { ServiceConfig } from "../config/model.js";

/** The token of the admin listener, where the configuration says one. */
export function tokenIn({ admin }: ServiceConfig): string | undefined {
  return admin === false ? undefined : admin.token?.reveal();
}
