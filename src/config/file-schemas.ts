import type { SourceType } from "../contracts/source.js";
import type { Schema } from "../schema/schema.js";
import { configFile } from "./config-file.js";
import { domainFile } from "./domain-file.js";
import { sourceFileSchema } from "./source-file.js";

/** One kind of configuration file: where it stands, and what it may hold. */
export interface FileKind {
  /** Names its JSON Schema and its part of the reference page. */
  readonly name: string;
  readonly path: string;
  readonly schema: Schema<unknown>;
}

/** Every kind of file that a project with these kinds of sources can have. */
export function fileKinds(types: readonly SourceType[]): readonly FileKind[] {
  return [
    { name: "config", path: "config/config.yaml", schema: configFile },
    { name: "domain", path: "config/domains/<domain>.yaml", schema: domainFile },
    ...types.map((type) => ({
      name: type.file.split("/").at(-1)!,
      path: `config/${type.file}.yaml`,
      schema: sourceFileSchema(type),
    })),
  ];
}

/** The JSON Schema of a kind of file, for editors. */
export function editorSchema({ path, schema }: FileKind) {
  return { $schema: "http://json-schema.org/draft-07/schema#", title: path, ...schema.json() };
}
