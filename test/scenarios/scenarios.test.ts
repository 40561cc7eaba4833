import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { runScenario } from "./run-scenario.js";
import { parsePage } from "./scenario-page.js";

const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".md") && name !== "README.md");

for (const name of pages) {
  const { title, scenarios } = parsePage(name, readFileSync(join(import.meta.dirname, name), "utf8"));
  describe(title, () => {
    for (const scenario of scenarios) test(scenario.title, () => runScenario(scenario));
  });
}
