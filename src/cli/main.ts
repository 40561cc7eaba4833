#!/usr/bin/env node
import { processShell } from "./shell.js";
import { runCommandLine } from "./program.js";

process.exitCode = await runCommandLine(process.argv.slice(2), processShell());
