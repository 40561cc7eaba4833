import { distance } from "fastest-levenshtein";

/** The known name that a misspelt one most likely means, if one is near enough to be worth saying. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const found = candidate.toLowerCase() === name.toLowerCase() ? 0 : distance(name, candidate);
    if (found < bestDistance && found < Math.max(candidate.length, name.length)) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** A hint for an unknown name: the nearest known one, else the list (shortened past twelve). */
export function nameHint(name: string, known: Iterable<string>, prefix = ""): string {
  const all = [...known];
  const near = nearest(name, all);
  if (near !== undefined) return `Did you mean "${prefix}${near}"?`;
  if (all.length === 0) return "None is defined.";
  const shown = all.slice(0, 12).map((each) => prefix + each);
  return `Known: ${shown.join(", ")}${all.length > 12 ? `, and ${all.length - 12} more` : ""}.`;
}
