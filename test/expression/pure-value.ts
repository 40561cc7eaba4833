import { expect } from "vitest";

const prototypes: readonly (object | null)[] = [Object.prototype, Array.prototype, null];

/** Fails unless a value is nothing but JSON: no function, no undefined, no strange prototype, at any depth. */
export function expectPureJson(value: unknown): void {
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (each === null || typeof each === "string" || typeof each === "boolean") continue;
    if (typeof each === "number") {
      expect(Number.isFinite(each)).toBe(true);
      continue;
    }
    expect(typeof each).toBe("object");
    if (seen.has(each)) continue;
    seen.add(each);
    expect(prototypes).toContain(Object.getPrototypeOf(each));
    expect(prototypes).not.toContain(each);
    expect(Object.getOwnPropertySymbols(each)).toEqual([]);
    for (const [key, { value: field, get }] of Object.entries(
      Object.getOwnPropertyDescriptors(each as object),
    )) {
      expect(get).toBeUndefined();
      if (!(Array.isArray(each) && key === "length")) open.push(field);
    }
  }
}

/** The names of everything that an escape could add to or change, to be compared before and after. */
export function worldOf(): readonly unknown[] {
  const builtIns = [Object, Array, String, Number, Boolean, Function, Math, JSON, Promise, globalThis];
  const objects = [...builtIns, ...builtIns.flatMap((each) => ("prototype" in each ? [each.prototype] : []))];
  return objects.flatMap((each) =>
    Reflect.ownKeys(each as object).flatMap((key) => {
      const { value } = Object.getOwnPropertyDescriptor(each as object, key)!;
      return [key, typeof value === "function" ? value : typeof value];
    }),
  );
}
