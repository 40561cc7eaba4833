import { join } from "node:path";
import type { ExportOptions } from "../define-export-commands.js";
import { postmanCollection } from "../export/postman-collection.js";
import { postmanEnvironments } from "../export/postman-environments.js";
import { openProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";
import { writeJson } from "../write-output.js";

/** Prints a Postman collection, or writes it with its environments to a folder. */
export function exportPostman(options: ExportOptions, shell: Shell): ExitCode {
  const { config, environment } = openProject(options, shell);
  const collection = postmanCollection(config);
  const { output } = options;
  if (output === undefined) {
    shell.result(asJson(collection));
    return exitCodes.fine;
  }
  writeJson(join(output, `${fileName(config.app.name)}.postman_collection.json`), collection, shell);
  for (const { name, content } of postmanEnvironments(config, environment)) {
    writeJson(join(output, `${name}.postman_environment.json`), content, shell);
  }
  return exitCodes.fine;
}

function fileName(title: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ["api"];
  return words.join("-");
}
