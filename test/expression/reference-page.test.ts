import { expect, test } from "vitest";
import { libraryConstants, libraryFunctions, libraryMethods } from "../../src/expression/library/table.js";
import { expressionReference } from "../../src/expression/reference-page.js";

const page = expressionReference();

test.each([...libraryFunctions, ...libraryMethods].map((each) => each.signature))(
  "the page has %s",
  (signature) => {
    expect(page).toContain(`\`${signature}\``);
  },
);

test("the page has every constant and its rows have as many cells as their head", () => {
  for (const { name } of libraryConstants) expect(page).toContain(`\`${name}\``);
  let width = 0;
  for (const line of page.split("\n")) {
    const cells = line.startsWith("|") ? line.split(/(?<!\\)\|/).length : 0;
    if (width !== 0 && cells !== 0) expect(cells).toBe(width);
    width = cells;
  }
});
