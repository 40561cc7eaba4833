import { randomBytes } from "node:crypto";
import type { AdminConfig } from "../../config/model.js";
import type { Logger } from "../../observe/logger.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import { Listener } from "../listening/listener.js";
import { listeningUrl } from "../listening/listening-url.js";
import type { AdminContext } from "./admin-context.js";
import { buildAdminServer } from "./admin-server.js";
import { adminTokenPath, readOrMakeToken } from "./admin-token.js";

/** The admin listener while it listens. */
export interface RunningAdmin {
  readonly url: string;
  close(): Promise<void>;
}

const closeTimeoutMs = 1_000;

/** Listens for those who run the service. Rejects with PORT_IN_USE and the like, with hints that name `admin.port`. */
export async function startAdmin(
  { host, port }: AdminConfig,
  context: AdminContext,
  logger: Logger,
): Promise<RunningAdmin> {
  const token = tokenOf(context, logger);
  token();
  const listener = new Listener({ logger });
  const server = await buildAdminServer(context, { token, host }, logger);
  listener.serve(server.routing);
  try {
    const url = listeningUrl(await listener.listen(host, port));
    const close = async () => {
      await listener.stop(closeTimeoutMs);
      await server.close();
    };
    return { url, close };
  } catch (error) {
    await server.close();
    throw error instanceof OrchestratorError ? asAdminFailure(error) : error;
  }
}

/** The configured token of the generation that serves, else the one of the file, which is read or made once. */
function tokenOf({ configuredToken, projectFolder }: AdminContext, logger: Logger): () => string {
  let made: string | undefined;
  return () => configuredToken() ?? (made ??= storedToken(projectFolder, logger));
}

function storedToken(projectFolder: string, logger: Logger): string {
  try {
    return readOrMakeToken(projectFolder);
  } catch (error) {
    const path = adminTokenPath(projectFolder);
    logger.warn(
      { path, err: error },
      "The admin token cannot be kept in its file; set `admin.token` to have one.",
    );
    return randomBytes(32).toString("base64url");
  }
}

const hints: Readonly<Record<string, string>> = {
  PORT_IN_USE:
    "It is the admin listener's: choose another `admin.port`, stop that program, or turn the listener off with `admin: false`.",
  PORT_FORBIDDEN: "It is the admin listener's: choose an `admin.port` above 1023.",
  ADDRESS_UNAVAILABLE: "It is the admin listener's: set `admin.host` to an address of this machine.",
};

function asAdminFailure({ problem, cause }: OrchestratorError): OrchestratorError {
  return new OrchestratorError({ ...problem, hint: hints[problem.code] ?? problem.hint }, cause);
}
