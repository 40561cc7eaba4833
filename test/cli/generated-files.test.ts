import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../templates/documented-files.js";

interface Generator {
  generatedFiles(): Promise<ReadonlyMap<string, string>>;
}

test("generated files are up to date: `npm run generate` would change nothing", async () => {
  const { generatedFiles } = (await import(`${root}scripts/generated-files.mjs`)) as Generator;
  for (const [path, content] of await generatedFiles()) {
    expect(readFileSync(join(root, path), "utf8") === content, `${path} is older than the code`).toBe(true);
  }
});
