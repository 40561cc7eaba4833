import type { Template } from "../../expression/template.js";

/** Whether a formula gives the same value always, so that its text can be made once. */
export function isLiteral(template: Template): boolean {
  switch (template.kind) {
    case "literal":
      return true;
    case "list":
      return template.items.every(isLiteral);
    case "object":
      return template.entries.every(([, value]) => isLiteral(value));
    default:
      return false;
  }
}
