import { join } from "node:path";
import { runCommandLine } from "orchestrator-api-service";

// Writes backups/config-<UTC time>.tar.gz, without .env and keys. `orchestrator-api config restore` brings it back.
process.chdir(join(import.meta.dirname, ".."));
process.exitCode = await runCommandLine(["config", "backup", ...process.argv.slice(2)]);
