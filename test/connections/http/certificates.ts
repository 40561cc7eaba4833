import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A PEM file of `certificates/`, which `make.sh` there has made. */
export function pem(name: string): string {
  return readFileSync(join(import.meta.dirname, "certificates", name), "utf8");
}

/** What a server shows that has one of these certificates. */
export function identity(name: "good" | "expired" | "elsewhere" | "named") {
  return { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
}
