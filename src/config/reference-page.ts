import type { Keys, ObjectSchema } from "../schema/composites.js";
import type { Schema } from "../schema/schema.js";
import { roots, sites } from "../schema/sites.js";
import type { FileKind } from "./file-schemas.js";

/** The reference page of all configuration keys, in Markdown, from the schemas that check them. */
export function configurationReference(kinds: readonly FileKind[]): string {
  const files = kinds.map(({ path, schema }) => `## \`${path}\`\n\n${sections(schema).join("\n\n")}`);
  return `${[introduction, ...files, sitesSection()].join("\n\n")}\n`;
}

const introduction = `# Configuration keys: reference

<!-- Generated from the schemas in src/config and src/sources; do not edit. -->

Durations and sizes carry their unit. A key of another name, a key twice and a key without a value are errors. Keys
that are listed as planned are documented elsewhere but have no effect yet: using one is an error.`;

/** A table for each mapping with known keys, from the outside in. */
function sections(schema: Schema<unknown>): readonly string[] {
  const found: string[] = [];
  const seen = new Set<Keys>();
  const visit = (each: Schema<unknown>, path: string): void => {
    for (const mapping of objectsIn(each)) {
      if (seen.has(mapping.keys)) continue;
      seen.add(mapping.keys);
      if (path !== "") found.push(`### \`${path}\``);
      found.push(table(mapping));
      for (const [name, key] of Object.entries(mapping.keys)) {
        visit(key.schema, `${path === "" ? "" : `${path}.`}${name}${isNamed(key.schema) ? ".<name>" : ""}`);
      }
    }
  };
  visit(schema, "");
  return found;
}

/** The mappings with known keys that a value of this schema is, or is made of. */
function objectsIn(schema: Schema<unknown>): readonly ObjectSchema<unknown>[] {
  if ("keys" in schema) return [schema as ObjectSchema<unknown>];
  return (schema.parts ?? []).flatMap(objectsIn);
}

function isNamed(schema: Schema<unknown>): boolean {
  return (
    schema.words === "a mapping" && !("keys" in schema) && schema.json()["additionalProperties"] !== false
  );
}

function table({ keys, planned }: ObjectSchema<unknown>): string {
  const rows = Object.entries(keys).map(([name, { schema, doc, isRequired, defaultWords }]) => {
    const fallback = isRequired ? "**required**" : (defaultWords ?? "none");
    return `| \`${name}\` | ${cell(schema.words)} | ${cell(fallback)} | ${cell(doc)} |`;
  });
  const lines = ["| key | value | default | meaning |", "| --- | --- | --- | --- |", ...rows];
  const words = planned.map((key) => `\`${key}\``).join(", ");
  return planned.length === 0 ? lines.join("\n") : `${lines.join("\n")}\n\nPlanned: ${words}.`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function sitesSection(): string {
  const meanings = Object.entries(roots).map(([root, words]) => `| \`$${root}\` | ${cell(words)} |`);
  const places = Object.values(sites).map(({ words, roots: names, seesSteps }) => {
    const all = [...names.map((name) => `\`$${name}\``), ...(seesSteps ? ["every other step"] : [])];
    return `| ${cell(words)} | ${all.join(" ")} |`;
  });
  return [
    "## Which names exist where",
    [
      "| root | what it is |",
      "| --- | --- |",
      ...meanings,
      "| `$<step>` | the value of a step, as it came |",
    ].join("\n"),
    ["| place | names |", "| --- | --- |", ...places].join("\n"),
  ].join("\n\n");
}
