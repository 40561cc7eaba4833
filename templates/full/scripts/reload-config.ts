import { join } from "node:path";
import { runCommandLine } from "orchestrator-api-service";

// Tells the running service to read its configuration again. One with an error is refused, and the old one serves on.
process.chdir(join(import.meta.dirname, ".."));
process.exitCode = await runCommandLine(["config", "reload", ...process.argv.slice(2)]);
