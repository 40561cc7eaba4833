import { functionNamed, methodsNamed } from "./library/table.js";
import type { Argument, Tree } from "./tree.js";

/** What has to be done to a value when it leaves: nothing, a look at one number, or a walk through all of it. */
export type Cleanliness = "clean" | "scalar" | "anything";

/**
 * What is known, before running, about the value of a tree. What was read from roots is clean; calculated numbers may
 * not be finite; what arrow functions made may hold such numbers, and one part many times over.
 */
export function cleanlinessOf(tree: Tree): Cleanliness {
  switch (tree.kind) {
    case "literal":
    case "reference":
      return "clean";
    case "member":
      return cleanlinessOf(tree.object) === "clean" ? "clean" : "anything";
    case "unary":
      return tree.operator === "!" ? "clean" : "scalar";
    case "binary":
      return /^(?:\+|-|\*\*?|\/|%)$/.test(tree.operator) ? "scalar" : "clean";
    case "logical":
      return worse(cleanlinessOf(tree.left), cleanlinessOf(tree.right));
    case "conditional":
      return worse(cleanlinessOf(tree.whenTrue), cleanlinessOf(tree.whenFalse));
    case "list":
      return ofParts(tree.items);
    case "object":
      return ofParts(tree.entries.map((each) => each.value));
    case "call":
      return ofCall([functionNamed(tree.name)!.gives], tree.arguments);
    case "method": {
      const gives = methodsNamed(tree.name).map((each) => each.gives);
      return ofCall(gives, [tree.receiver, ...tree.arguments]);
    }
    case "parameter":
      return "anything";
  }
}

function ofCall(gives: readonly string[], parts: readonly Argument[]): Cleanliness {
  if (gives.includes("anything")) return "anything";
  if (gives.includes("parts")) return ofParts(parts);
  return gives.includes("scalar") ? "scalar" : "clean";
}

function ofParts(parts: readonly Argument[]): Cleanliness {
  const areClean = parts.every((part) => {
    if (part.kind === "arrow") return true;
    return cleanlinessOf(part.kind === "spread" ? part.value : part) === "clean";
  });
  return areClean ? "clean" : "anything";
}

function worse(a: Cleanliness, b: Cleanliness): Cleanliness {
  if (a === "anything" || b === "anything") return "anything";
  return a === "scalar" ? a : b;
}
