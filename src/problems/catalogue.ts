import { adminProblems } from "./catalogue/admin.js";
import { authProblems } from "./catalogue/auth.js";
import { commandProblems } from "./catalogue/command.js";
import { configurationProblems } from "./catalogue/configuration.js";
import { databaseProblems } from "./catalogue/database.js";
import { domainProblems } from "./catalogue/domain.js";
import { expressionProblems } from "./catalogue/expression.js";
import { feastProblems, featureReplyProblems } from "./catalogue/feast.js";
import { fileProblems } from "./catalogue/file.js";
import { modelProblems, modelReplyProblems } from "./catalogue/model.js";
import { onnxProblems } from "./catalogue/onnx.js";
import { requestProblems } from "./catalogue/request.js";
import { sourceProblems } from "./catalogue/source.js";
import type { Entry } from "./entry.js";

/**
 * Everything that can go wrong, by code. The CLI, the replies and the reference page take their words from here.
 * A retired code stays reserved: it is never given another meaning.
 */
export const catalogue = {
  ...fileProblems,
  ...configurationProblems,
  ...expressionProblems,
  ...domainProblems,
  ...requestProblems,
  ...sourceProblems,
  ...databaseProblems,
  ...feastProblems,
  ...featureReplyProblems,
  ...modelProblems,
  ...modelReplyProblems,
  ...onnxProblems,
  ...commandProblems,
  ...adminProblems,
  ...authProblems,
};

export type ProblemCode = keyof typeof catalogue;
export type ProblemParams<Code extends ProblemCode> =
  (typeof catalogue)[Code] extends Entry<infer Params> ? Params : never;
