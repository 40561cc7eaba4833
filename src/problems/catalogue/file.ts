import { entry } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of files and folders, and of their text before anything in it has a meaning. */
export const fileProblems = {
  FILE_NOT_FOUND: entry<{ path: string }>("A file that is named does not exist.", (p) => ({
    message: `There is no file "${p.path}".`,
  })),
  FILE_UNREADABLE: entry<{ path: string; reason: string }>("A file exists but cannot be read.", (p) => ({
    message: `The file "${p.path}" cannot be read: ${p.reason}.`,
  })),
  FILE_NOT_TEXT: entry<{ path: string }>("A file is binary, or not in UTF-8.", (p) => ({
    message: `The file "${p.path}" is not text in UTF-8.`,
    hint: "Save it as UTF-8, or remove it.",
  })),
  FILE_IS_FOLDER: entry<{ path: string }>(
    "A folder, or something else, stands where a file should be.",
    (p) => ({
      message: `"${p.path}" should be a file, but it is not one.`,
      hint: "Rename it or remove it.",
    }),
  ),
  FILE_LINK_BROKEN: entry<{ path: string }>("A link leads nowhere, or round in a circle.", (p) => ({
    message: `The link "${p.path}" leads to nothing.`,
    hint: "Point it at a file that exists, or remove it.",
  })),
  FILE_UNKNOWN: entry<{ path: string; name: string; known: readonly string[] }>(
    "A file or folder under `config/` has a name that means nothing there.",
    (p) => ({
      message: `"${p.path}" is no configuration file, and its folder holds configuration only.`,
      hint: `${nameHint(p.name, p.known)} Other files belong outside the configuration folder.`,
    }),
  ),
  FILE_DUPLICATE: entry<{ path: string; other: string }>("Two files stand for the same thing.", (p) => ({
    message: `"${p.path}" and "${p.other}" stand for the same file.`,
    hint: "Keep one of the two.",
  })),
  FILE_NAME_INVALID: entry<{ name: string; pattern: string }>(
    "The file or folder of a domain has a name that domains cannot have.",
    (p) => ({ message: `"${p.name}" cannot be the name of a domain.`, hint: `Names match ${p.pattern}.` }),
  ),
  FILE_DOMAIN_MISSING: entry<{ domain: string; expected: string }>(
    "The folder of a domain has no file with its endpoints.",
    (p) => ({
      message: `The domain "${p.domain}" has a folder, but no file with its endpoints.`,
      hint: `Write its endpoints in "${p.expected}".`,
    }),
  ),
  FILE_CONFIG_FOLDER_MISSING: entry<{ path: string; setting: string }>(
    "The configuration folder does not exist, or is no folder.",
    (p) => ({
      message: `The configuration folder "${p.path}" (${p.setting}) does not exist or is no folder.`,
      hint: "Give the path of a folder that holds config.yaml and domains/.",
    }),
  ),

  ENVIRONMENT_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "`ENVIRONMENT` names an environment that has no folder.",
    (p) => ({ message: `There is no environment "${p.name}".`, hint: nameHint(p.name, p.known) }),
  ),
  ENVIRONMENT_UNSET: entry<{ known: readonly string[] }>(
    "`ENVIRONMENT` is not set, and the default environment has no folder.",
    (p) => ({
      message: `ENVIRONMENT is not set, and there is no folder "development".`,
      hint:
        p.known.length === 0
          ? `Make a folder "development" beside "base".`
          : `Set ENVIRONMENT to one of: ${p.known.join(", ")}.`,
    }),
  ),
  ENVIRONMENT_CONFLICT: entry<{ name: string; folder: string }>(
    "The configuration path points at one environment, and `ENVIRONMENT` names another.",
    (p) => ({
      message: `The configuration path points at the environment "${p.folder}", but ENVIRONMENT is "${p.name}".`,
      hint: "Unset ENVIRONMENT, or point the path at the folder above.",
    }),
  ),
  ENVIRONMENT_LAYOUT_MIXED: entry<{ path: string }>(
    "Configuration files stand beside environment folders.",
    (p) => ({
      message: `"${p.path}" stands beside folders of environments, where it is not read.`,
      hint: `Move it into "base", or out of the configuration folder.`,
    }),
  ),
  ENVIRONMENT_LINE_INVALID: entry("A line of an environment file cannot be understood.", () => ({
    message: "This line is neither NAME=value nor a comment.",
    hint: "Write NAME=value; quote a value of several lines and close the quotes.",
  })),

  YAML_SYNTAX: entry<{ reason: string }>("A file is not well-formed YAML.", (p) => ({
    message: `This is not well-formed YAML: ${p.reason}.`,
  })),
  YAML_QUOTES_NEEDED: entry<{ quoted: string }>(
    "A value stands without quotes where YAML reads it as something else.",
    (p) => ({
      message: "This value needs quotes: YAML reads it as something else.",
      hint: `Write \`${p.quoted}\`.`,
    }),
  ),
  YAML_COMMENT_CUTS: entry<{ quoted: string }>(
    "A comment follows an unquoted query, or text with a variable or an expression: half of the text may be lost.",
    (p) => ({
      message: "YAML takes all behind # for a comment, which may be half of this value.",
      hint: `If it belongs to the value, write \`${p.quoted}\`; else move the comment to a line of its own.`,
    }),
  ),
  YAML_ROOT_INVALID: entry<{ found: string }>(
    "A file holds a list or a single value instead of a mapping.",
    (p) => ({
      message: `A configuration file is a mapping of keys to values, but this is ${p.found}.`,
      hint: "Begin with a key, such as `app:`.",
    }),
  ),
  YAML_KEY_DUPLICATE: entry<{ key: string; line: number }>("A mapping has the same key twice.", (p) => ({
    message: `The key "${p.key}" stands here for the second time.`,
    hint: `It is on line ${p.line} already. Keep one of the two.`,
  })),
  YAML_KEY_INVALID: entry<{ found: string }>("A key is empty, or is not a plain text.", (p) => ({
    message: `A key must be a text, but this is ${p.found}.`,
    hint: "Write the key as text, and quote a value that has `: ` or `? ` in it.",
  })),
  YAML_TAG_UNSUPPORTED: entry<{ tag: string }>("A value has a YAML tag.", (p) => ({
    message: `Tags such as ${p.tag} have no meaning here.`,
    hint: "Remove the tag; quote a text that looks like a number.",
  })),
  YAML_DIRECTIVE_UNSUPPORTED: entry("A file begins with a YAML directive for another version.", () => ({
    message: "This file asks for another version of YAML than 1.2.",
    hint: "Remove the line that begins with %YAML.",
  })),
  YAML_DOCUMENTS_SEVERAL: entry("A file holds a second YAML document.", () => ({
    message: "A second document begins here, which would not be read.",
    hint: "Remove the line `---`, or move what follows into a file of its own.",
  })),
  YAML_ALIAS_UNKNOWN: entry<{ name: string; known: readonly string[]; quoted: string }>(
    "An alias names an anchor that does not stand above it.",
    (p) => ({
      message: `There is no anchor "&${p.name}" above this alias.`,
      hint: `${p.known.length === 0 ? "No anchor is defined." : nameHint(p.name, p.known, "&")} If it is meant as text, write \`${p.quoted}\`.`,
    }),
  ),
  YAML_ALIAS_CIRCULAR: entry<{ name: string }>("An alias stands inside its own anchor.", (p) => ({
    message: `The alias "*${p.name}" stands inside its own anchor.`,
    hint: "Repeat the value without the alias.",
  })),
  YAML_ALIASES_EXCESSIVE: entry<{ limit: number }>("Aliases multiply a file beyond all bounds.", (p) => ({
    message: `The aliases of this file stand for more than ${p.limit} values.`,
    hint: "Use aliases for small values, and not for values that are full of aliases.",
  })),
  YAML_MERGE_INVALID: entry<{ found: string }>("`<<` has a value that cannot be merged.", (p) => ({
    message: `"<<" takes an alias of a mapping, or a list of them, but this is ${p.found}.`,
    hint: "Write `<<: *name`.",
  })),
  YAML_NUMBER_UNSAFE: entry<{ found: string; reason: string }>(
    "A number would not be kept as it is written.",
    (p) => ({
      message: `The number ${p.found} ${p.reason}.`,
      hint: `To keep it as text, write \`"${p.found}"\`.`,
    }),
  ),
  YAML_NESTING_EXCESSIVE: entry<{ limit: number }>("Values are nested deeper than anything needs.", (p) => ({
    message: `Values are nested more than ${p.limit} levels deep.`,
  })),

  VARIABLE_UNSET: entry<{ name: string; advice?: string | undefined }>(
    "A variable has no value and no default.",
    (p) => ({
      message: `The variable ${p.name} is not set.`,
      hint:
        p.advice ?? `Set ${p.name} in the environment or in .env, or give a default: \`\${${p.name}:-…}\`.`,
    }),
  ),
  VARIABLE_FILE_MISSING: entry<{ path: string; reason: string }>(
    "The file of a `${file:…}` variable cannot be read.",
    (p) => ({
      message: `The file "${p.path}" of this variable cannot be used: ${p.reason}.`,
      hint: "A relative path starts at the project folder.",
    }),
  ),
  VARIABLE_MALFORMED: entry<{ reason: string }>("A `${` does not begin a well-formed variable.", (p) => ({
    message: `This is not a variable: ${p.reason}.`,
    hint: "Write `${NAME}`, `${NAME:-default}`, `${NAME:?what to do}` or `${file:path}`; a literal `${` is written `$${`.",
  })),
};
