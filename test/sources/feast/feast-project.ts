import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { indented, sourceProject, type SourceProject } from "../source-project.js";

export const fixtures = resolve(import.meta.dirname, "../../fixtures/feast");

export interface FeastProjectFiles {
  /** The recorded repository, copied into the project as `repo`; none for a source that only has a server. */
  readonly repository?: string | undefined;
  /** YAML of the source, its keys at the left edge. */
  readonly source: string;
  /** YAML of the endpoints of a domain `features`. */
  readonly endpoints?: string | undefined;
  /** More files, by path in the project. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A project with one Feast source, `default`, in a folder of its own. */
export function feastProject({ repository, source, endpoints, ...given }: FeastProjectFiles): SourceProject {
  const files = {
    "config/config.yaml": "app: { name: Features }\n",
    "config/integrations/feast_config.yaml": `feast:\n  sources:\n    default:\n${indented(source, 6)}\n`,
    "config/domains/features.yaml": endpoints === undefined ? "" : `endpoints:\n${indented(endpoints, 2)}\n`,
    ...given.files,
  };
  return sourceProject(files, given.env, (folder) => {
    if (repository === undefined) return;
    cpSync(join(fixtures, repository), join(folder, "repo"), { recursive: true });
  });
}
