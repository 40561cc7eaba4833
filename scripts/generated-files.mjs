// What is generated: each path with its content, made from the code in dist/.
import { problemsPage } from "./problems-page.mjs";

export async function generatedFiles() {
  const { expressionReference } = await import("../dist/expression/reference-page.js");
  const { configurationReference } = await import("../dist/config/reference-page.js");
  const { metricsReference } = await import("../dist/observe/metrics/reference-page.js");
  const { editorSchema, fileKinds } = await import("../dist/config/file-schemas.js");
  const { builtInSources } = await import("../dist/service.js");
  const kinds = fileKinds(builtInSources);
  return new Map([
    ["docs/reference/configuration.md", configurationReference(kinds)],
    ["docs/reference/problems.md", await problemsPage()],
    ["docs/reference/expressions.md", expressionReference()],
    ["docs/reference/metrics.md", metricsReference()],
    ...kinds.map((kind) => [
      `schemas/${kind.name}.schema.json`,
      `${JSON.stringify(editorSchema(kind), null, 2)}\n`,
    ]),
  ]);
}
