import type { BaseUrl } from "../../../connections/http/base-url.js";
import { failure } from "../../../problems/orchestrator-error.js";

/** Where the `remote` online store of a repository is. Throws FEAST_REPOSITORY_INVALID. */
export function baseUrlOf(written: string): BaseUrl {
  if (!URL.canParse(written) || !/^https?:/.test(written)) {
    const reason = '"online_store.path" is no URL';
    throw failure("FEAST_REPOSITORY_INVALID", { file: "feature_store.yaml", reason });
  }
  const { origin, pathname } = new URL(written);
  const path = pathname.replace(/\/+$/, "");
  return { origin, path, fullPath: pathname, authorization: undefined };
}
