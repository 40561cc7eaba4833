import { entry, remark } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of single values in a configuration file: each is found by the schema of the file alone. */
export const configurationProblems = {
  CONFIG_KEY_UNKNOWN: entry<{ key: string; known: readonly string[] }>(
    "A mapping has a key that its schema does not know.",
    (p) => ({ message: `There is no key "${p.key}" here.`, hint: nameHint(p.key, p.known) }),
  ),
  CONFIG_KEY_MISSING: entry<{ key: string; example?: string | undefined }>(
    "A mapping lacks a key that it must have.",
    (p) => ({
      message: `The key "${p.key}" is missing.`,
      hint: `Add \`${p.key}: ${p.example ?? "…"}\` at this level.`,
    }),
  ),
  CONFIG_KEY_EMPTY: entry<{ key: string }>("A key stands without a value.", (p) => ({
    message: `The key "${p.key}" has no value.`,
    hint: "Give it one, or remove the key.",
  })),
  CONFIG_KEY_NOT_BUILT: entry<{ key: string }>(
    "A documented key is used that this version does not act on yet.",
    (p) => ({
      message: `The key "${p.key}" is documented, but this version does not act on it yet.`,
      hint: "Remove it, or wait for a version whose changelog names it.",
    }),
  ),
  CONFIG_KEYS_EXCLUSIVE: entry<{ keys: readonly string[] }>(
    "Keys that exclude each other stand side by side.",
    (p) => ({
      message: `Only one of ${p.keys.map((key) => `"${key}"`).join(", ")} can be given.`,
      hint: "Keep one of them.",
    }),
  ),
  CONFIG_TYPE_WRONG: entry<{ expected: string; found: string }>(
    "A value is of another type than its key wants.",
    (p) => ({
      message: `${p.expected[0]!.toUpperCase()}${p.expected.slice(1)} is expected here, but this is ${p.found}.`,
    }),
  ),
  CONFIG_VALUE_UNKNOWN: entry<{ found: string; known: readonly string[] }>(
    "A value is none of those that its key allows.",
    (p) => ({ message: `"${p.found}" is none of the allowed values.`, hint: nameHint(p.found, p.known) }),
  ),
  CONFIG_VALUE_INVALID: entry<{ reason: string }>("A value has the right type but cannot be used.", (p) => ({
    message: p.reason,
  })),
  CONFIG_NUMBER_RANGE: entry<{ found: number; range: string }>(
    "A number is outside the range of its key.",
    (p) => ({
      message: `${p.found} is out of range: ${p.range} is allowed.`,
    }),
  ),
  CONFIG_VERSION_UNKNOWN: entry<{ found: number; newest: number }>(
    "`config_version` names a version of the configuration language that this version of the product does not know.",
    (p) => ({
      message: `The configuration language has no version ${p.found} here: the newest is ${p.newest}.`,
      hint: `Update orchestrator-api-service, or write \`config_version: ${p.newest}\`.`,
    }),
  ),
  CONFIG_UNIT_MISSING: entry<{ found: number; first: string; second: string }>(
    "A duration or a size is a bare number.",
    (p) => ({
      message: `The number ${p.found} needs a unit.`,
      hint: `Write \`${p.first}\` or \`${p.second}\`.`,
    }),
  ),
  CONFIG_NAME_INVALID: entry<{ name: string; pattern: string }>(
    "A name has characters that names cannot have.",
    (p) => ({
      message: `"${p.name}" cannot be a name here.`,
      hint: `Names match ${p.pattern}.`,
    }),
  ),
  CONFIG_SECRET_LITERAL: entry<{ key: string; variable: string }>(
    "A secret stands in the file itself.",
    (p) => ({
      message: `The value of "${p.key}" is a secret and must not stand in a file.`,
      hint: `Write \`\${${p.variable}}\` and set ${p.variable} in the environment or in .env.`,
    }),
  ),
  CONFIG_SECRET_EXPOSED: entry<{ name: string; where: string }>(
    "A secret would flow into a response, a cache tag or the query of a URL.",
    (p) => ({
      message: `The secret "${p.name}" would be seen in ${p.where}.`,
      hint: "Use a value that is not secret.",
    }),
  ),
  CONFIG_SCHEMA_INVALID: entry<{ reason: string }>(
    "A JSON Schema in the configuration is not a valid one.",
    (p) => ({
      message: `This is not a valid JSON Schema: ${p.reason}.`,
    }),
  ),
  SPELLING_RETIRED: remark<{ written: string; instead: string }>(
    "note",
    "A spelling still works but has a newer form; `config upgrade` rewrites it.",
    (p) => ({
      message: `"${p.written}" is an old spelling.`,
      hint: `Write \`${p.instead}\`; \`orchestrator-api config upgrade\` does it.`,
    }),
  ),
};
