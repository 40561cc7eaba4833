import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createApp } from "../../../src/server/app.js";
import { modelPath, recorded } from "../../connections/onnx/onnx-fixture.js";
import { blocksOf } from "../../templates/documented-files.js";

test("the first model of docs/onnx-models.md answers as it was recorded", async () => {
  const [source, endpoint] = blocksOf("docs/onnx-models.md").filter(({ language }) => language === "yaml");
  const folder = mkdtempSync(join(tmpdir(), "onnx-page-"));
  for (const path of ["config/integrations", "config/domains", "models"])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, "config/config.yaml"), "app: { name: Page }\n");
  writeFileSync(join(folder, "config/integrations/ml_config.yaml"), source!.text);
  writeFileSync(join(folder, "config/domains/models.yaml"), endpoint!.text);
  copyFileSync(modelPath("classifier"), join(folder, "models/churn.onnx"));
  const app = await createApp({ configPath: join(folder, "config"), logLevel: "silent" });
  const [one] = recorded("classifier").cases;
  // The recorded row is 41.5, 2, 9.25, 0.1.
  const reply = await app.inject({ method: "GET", url: "/orchestrator/churn?age=41.5&visits=9.25" });
  expect(reply.json()).toEqual({
    leaves: true,
    probability: expect.closeTo(one!.outputs!["probabilities"]!.data[1] as number, 5) as number,
  });
  await app.close();
  rmSync(folder, { recursive: true });
});
