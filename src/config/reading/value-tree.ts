import type { Location } from "../../problems/location.js";
import type { ScalarTree } from "../../schema/tree.js";

/** A value without variables. */
export function valueTree(
  value: ScalarTree["value"],
  location: Location,
  locate: ScalarTree["locate"] = () => location,
): ScalarTree {
  return { kind: "scalar", value, location, locate, isVariable: false, variables: [], isSecret: false };
}

/** Stands for a value that could not be read, which has been reported. */
export function unsetTree(location: Location): ScalarTree {
  return { ...valueTree("", location), isUnset: true };
}
