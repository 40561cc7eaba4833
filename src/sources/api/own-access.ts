import { accessOf, unkeptRefusal, type Access } from "../../connections/http/access.js";
import type { Definition } from "../../contracts/source.js";
import type { ApiOperation, ApiSettings } from "./keys.js";

/** `undefined` where the operation is reached as its source is. */
export function ownAccess({
  settings,
  operation,
}: Definition<ApiSettings, ApiOperation>): Access | undefined {
  const { auth, tls, proxy, private_addresses } = operation;
  const differs = [auth, tls, proxy, private_addresses].some((each) => each !== undefined);
  return differs ? accessOf(settings, operation) : undefined;
}

/** Through a proxy it is the proxy that looks addresses up. */
export function checkAccess(
  { location, report }: Definition<ApiSettings, ApiOperation>,
  access: Access,
): void {
  const reason = unkeptRefusal(access);
  if (reason !== undefined) report.add("CONFIG_VALUE_INVALID", { reason }, location);
}
