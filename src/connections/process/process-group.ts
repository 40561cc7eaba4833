import { setTimeout as wait } from "node:timers/promises";

const lookEveryMs = 20;
const killPatienceMs = 2_000;

/** Sends a signal to every process of a group. Answers false where none is left. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Asks all processes of a group to end, and after a time ends those that have not. */
export async function endGroup(group: number, patienceMs: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  if (await isGone(group, patienceMs)) return;
  signalGroup(group, "SIGKILL");
  await isGone(group, killPatienceMs);
}

async function isGone(group: number, withinMs: number): Promise<boolean> {
  const endMs = performance.now() + withinMs;
  while (signalGroup(group, 0)) {
    if (performance.now() >= endMs) return false;
    await wait(lookEveryMs);
  }
  return true;
}
