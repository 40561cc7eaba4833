import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const restartPauseMs = 1_000;

/** The groups that are running, with the time that each has to end. */
const groups = new Map<number, number>();
let guard: ChildProcess | undefined;

/**
 * Has a process group ended when this process is gone, however it went. One small program watches all groups; it runs
 * only while there are any. The answer lets a group go that has ended.
 */
export function guardGroup(group: number, patienceMs: number): () => void {
  groups.set(group, patienceMs);
  if (guard === undefined) startGuard();
  else tell(`+${group} ${patienceMs}`);
  return () => {
    groups.delete(group);
    tell(`-${group}`);
    if (groups.size > 0) return;
    guard?.stdin?.end();
    guard = undefined;
  };
}

function startGuard(): void {
  const child = spawn(process.execPath, [programPath()], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
  });
  guard = child;
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.on("close", () => {
    if (guard !== child) return;
    guard = undefined;
    // Somebody ended it: the groups still need one.
    setTimeout(() => guard === undefined && groups.size > 0 && startGuard(), restartPauseMs).unref();
  });
  for (const [group, patienceMs] of groups) tell(`+${group} ${patienceMs}`);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
}

function tell(line: string): void {
  guard?.stdin?.write(`${line}\n`);
}

/** The compiled program, also where this file itself runs from `src`, as under vitest. */
function programPath(): string {
  const path = fileURLToPath(new URL("./group-guard-process.js", import.meta.url));
  if (import.meta.url.endsWith(".js")) return path;
  return path.replace(/[/\\]src([/\\]connections[/\\]process[/\\][^/\\]+)$/, "/dist$1");
}
