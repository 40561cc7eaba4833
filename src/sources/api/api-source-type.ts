import type { SourceType } from "../../contracts/source.js";
import { accessOf } from "../../connections/http/access.js";
import type { ApiCall } from "./api-call.js";
import { ApiSource } from "./api-source.js";
import { apiOperation, apiSettings, type ApiOperation, type ApiSettings } from "./keys.js";
import { MockedSource } from "./mocked-source.js";
import { prepareCall } from "./prepare.js";

/** HTTP APIs: each operation is one request, and its answer the value. */
export const apiSource: SourceType<ApiSettings, ApiOperation, ApiCall> = {
  kind: "api",
  file: "integrations/api_sources",
  operations: { key: "operations", placed: "inside" },
  settings: apiSettings,
  operation: apiOperation,
  prepare: prepareCall,
  async open({ name, settings, host, log, isMocked }) {
    if (isMocked) return new MockedSource(host.clock, log);
    // Loaded only here, because a project that is only checked needs no HTTP client.
    const { Senders } = await import("../../connections/http/senders.js");
    const { base_url, connections } = settings;
    const access = accessOf(settings);
    if (access.tls?.verifies === false)
      log("warn", "The certificate of an API is not verified.", { source: name });
    return new ApiSource(
      new Senders({ origin: base_url.origin, connections, access, host }),
      host.clock,
      log,
    );
  },
};
