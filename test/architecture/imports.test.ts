import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { importsBetweenLayers, mayImport, platformImports } from "./layers.js";

test("every folder of src is a layer of the table", () => {
  const folders = readdirSync(resolve(import.meta.dirname, "../../src"));
  const known = new Set(Object.keys(mayImport).map((layer) => layer.split("/")[0]));
  expect(folders.filter((folder) => !known.has(folder))).toEqual([]);
});

test("imports go one way", () => {
  const wrong = importsBetweenLayers().filter(({ from, to }) => !(mayImport[from] ?? []).includes(to));
  expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

test("the table itself has no circle", () => {
  const done = new Set<string>();
  const visit = (layer: string, way: readonly string[]): void => {
    expect(way, `circle: ${[...way, layer].join(" → ")}`).not.toContain(layer);
    if (done.has(layer)) return;
    for (const next of mayImport[layer]!) visit(next, [...way, layer]);
    done.add(layer);
  };
  for (const layer of Object.keys(mayImport)) visit(layer, []);
});

const core = ["problems", "expression", "schema", "contracts", "config", "plan", "engine"];
const pure = ["node:path", "node:util", "node:crypto", "node:buffer"];

test("the core touches no file, socket, clock or environment", () => {
  const wrong = platformImports().filter(({ layer, name }) => core.includes(layer) && !pure.includes(name));
  expect(wrong.map(({ file, name }) => `${file} imports ${name}`)).toEqual([]);
});
