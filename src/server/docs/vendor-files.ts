import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file of another project that is served as it is, beside our own pages. */
export interface VendorFile {
  readonly name: string;
  readonly contentType: string;
}

const script = "text/javascript; charset=utf-8";

/** Swagger UI 5.35.0 and ReDoc 2.5.4; the latter without the logo that it would fetch from elsewhere. */
export const swaggerFiles: readonly VendorFile[] = [
  { name: "swagger-ui-bundle.js", contentType: script },
  { name: "swagger-ui.css", contentType: "text/css; charset=utf-8" },
];
export const redocFiles: readonly VendorFile[] = [{ name: "redoc.standalone.js", contentType: script }];

/** Part of their addresses, so that browsers may keep them for ever. */
export const swaggerVersion = "5.35.0";
export const redocVersion = "2.5.4";

const kept = new Map<string, Buffer>();

/** The bytes of a vendored file, read when first asked for. */
export function readVendorFile(name: string): Buffer {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const bytes = readFileSync(fileURLToPath(new URL(`../vendor/${name}`, import.meta.url)));
  kept.set(name, bytes);
  return bytes;
}
