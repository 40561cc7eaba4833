// What is generated: each path with its content, made from the code in dist/.
import { problemsPage } from "./problems-page.mjs";

export async function generatedFiles() {
  const { expressionReference } = await import("../dist/expression/reference-page.js");
  return new Map([
    ["docs/reference/problems.md", await problemsPage()],
    ["docs/reference/expressions.md", expressionReference()],
  ]);
}
