import { createHash } from "node:crypto";
import type { Tree } from "../../schema/tree.js";
import type { ConfiguredSource } from "../model.js";
import { plainValue } from "./source-fingerprint.js";

/**
 * A hash over what a call is: its source, what is written of it, and `read`, what that was read as, in which the
 * content of files stands that it names.
 */
export function callFingerprint({ id, fingerprint }: ConfiguredSource, tree: Tree, read: unknown): string {
  const text = JSON.stringify([id, fingerprint, plainValue(tree), JSON.stringify(read, withoutPlaces)]);
  return createHash("sha256").update(text).digest("base64url");
}

function withoutPlaces(key: string, value: unknown): unknown {
  if (key === "location" || key === "keyLocation") return undefined;
  return value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
}
