import { createHash } from "node:crypto";

/** The same UUID for the same name, so that an export that changes nothing shows no difference in git. */
export function stableId(name: string): string {
  const digits = createHash("sha256").update(name).digest("hex");
  const [a, b, c, d, e] = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(13, 16),
    digits.slice(17, 20),
    digits.slice(20, 32),
  ];
  return `${a}-${b}-4${c}-8${d}-${e}`;
}
