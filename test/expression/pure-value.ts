import { expect } from "vitest";

const prototypes: readonly (object | null)[] = [Object.prototype, Array.prototype, null];

/** Fails unless a value is nothing but JSON: no function, no undefined, no strange prototype, at any depth. */
export function expectPureJson(value: unknown): void {
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (each === null || typeof each === "string" || typeof each === "boolean") continue;
    if (typeof each === "number" && Number.isFinite(each)) continue;
    if (typeof each !== "object" || !isPlain(each)) return expect.fail(`${String(each)} is not JSON`);
    if (seen.has(each)) continue;
    seen.add(each);
    for (const key of Object.keys(each)) {
      const { value: field, get } = Object.getOwnPropertyDescriptor(each, key)!;
      if (get !== undefined) return expect.fail(`${key} is a getter`);
      open.push(field);
    }
  }
}

function isPlain(value: object): boolean {
  const hasSymbols = Object.getOwnPropertySymbols(value).length > 0;
  return !hasSymbols && prototypes.includes(Object.getPrototypeOf(value)) && !prototypes.includes(value);
}

/** The names of everything that an escape could add to or change, to be compared before and after. */
export function worldOf(): readonly unknown[] {
  const builtIns = [Object, Array, String, Number, Boolean, Function, Math, JSON, Promise];
  const objects = [...builtIns, ...builtIns.flatMap((each) => ("prototype" in each ? [each.prototype] : []))];
  const globals = Reflect.ownKeys(globalThis);
  const members = objects.flatMap((each) =>
    Reflect.ownKeys(each as object).flatMap((key) => {
      const { value } = Object.getOwnPropertyDescriptor(each as object, key)!;
      return [key, typeof value === "function" ? value : typeof value];
    }),
  );
  return [...globals, ...members];
}
