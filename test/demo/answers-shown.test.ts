import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf, root } from "../templates/documented-files.js";
import { openDemo, type Demo } from "./demo.js";

let demo: Demo;
beforeAll(async () => void (demo = await openDemo()));
afterAll(() => demo.close());

const url = "/orchestrator/flights/DFW/LAX/outlook?hour=17&day_of_week=4";

test.each(["README.md", "templates/demo/README.md"])("%s shows a part of the demo's answer", async (page) => {
  const text = readFileSync(join(root, page), "utf8");
  expect(text).toContain(`curl "http://localhost:8000${url}"`);
  const shown = blocksOf(page).find(({ language }) => language === "json")!;
  const reply = await demo.app.inject({ method: "GET", url });
  expect(reply.json()).toMatchObject(JSON.parse(shown.text) as object);
});
