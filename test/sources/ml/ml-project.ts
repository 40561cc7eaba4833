import { indented, sourceProject, type SourceProject } from "../source-project.js";

export interface MlProjectFiles {
  /** YAML of the source `default`, its keys at the left edge. */
  readonly source: string;
  /** YAML of the endpoints of a domain `models`. */
  readonly endpoints: string;
  /** More files, by path in the project. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface MlProject extends SourceProject {
  /** `file:line:column CODE` of every problem. */
  readonly problems: readonly string[];
}

/** A project with one source of models, `default`, in a folder of its own. */
export function mlProject(given: MlProjectFiles): MlProject {
  const source = indented(given.source.trim(), 6);
  const files = {
    "config/config.yaml": "app: { name: Models }\n",
    "config/integrations/ml_config.yaml": `ml:\n  sources:\n    default:\n${source}\n`,
    "config/domains/models.yaml": `endpoints:\n${indented(given.endpoints.trim(), 2)}\n`,
    ...given.files,
  };
  const project = sourceProject(files, given.env);
  const problems = project.loaded.problems.map(({ code, location }) => {
    return `${location?.file.replace(/^.*\//, "")}:${location?.line}:${location?.column} ${code}`;
  });
  return { ...project, problems };
}
