import { execFile } from "node:child_process";
import type { RegistryLogin } from "./registry-auth.js";

const patienceMs = 30_000;
/** What a helper calls itself where what it keeps is a token. */
const tokenName = "<token>";

interface Kept {
  readonly Username?: unknown;
  readonly Secret?: unknown;
}

/**
 * Asks a helper of Docker, `docker-credential-<name>`, for the login of a server; `undefined` where it keeps none. It runs
 * with all our variables, as with Docker: some find their own credentials there.
 */
export async function loginOfHelper(
  name: string,
  server: string,
  variables: Readonly<Record<string, string>>,
): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${name}`;
  const { fault, printed } = await answerOf(program, server, variables);
  if (/credentials not found/i.test(printed)) return undefined;
  if (fault !== undefined) throw new Error(`${program} gave no login for ${server}: ${fault}`);
  const { Username, Secret } = parsed(printed);
  if (typeof Username !== "string" || typeof Secret !== "string")
    throw new Error(`${program} gave no login for ${server}: its answer has none`);
  return Username === tokenName ? { identitytoken: Secret } : { username: Username, password: Secret };
}

function answerOf(
  program: string,
  server: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly fault: string | undefined; readonly printed: string }> {
  const options = { env: { ...process.env, ...variables }, timeout: patienceMs };
  return new Promise((resolve) => {
    const child = execFile(program, ["get"], options, (error, printed, complained) => {
      if (error === null) return resolve({ fault: undefined, printed });
      const said = (printed.trim() || complained.trim()).split("\n")[0]!;
      resolve({ fault: faultOf(error, said), printed });
    });
    child.stdin?.on("error", () => undefined).end(server);
  });
}

function faultOf({ code, killed }: { code?: unknown; killed?: boolean | undefined }, said: string): string {
  if (code === "ENOENT") return "there is no such program";
  if (killed === true) return `it did not answer within ${patienceMs} ms`;
  return said === "" ? `it ended with code ${String(code)}` : said;
}

function parsed(printed: string): Kept {
  try {
    return (JSON.parse(printed) ?? {}) as Kept;
  } catch {
    return {};
  }
}
