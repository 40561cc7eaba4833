import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../host/temporary-folder.js";

const times = 1_000;

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly answered: number;
  readonly failures: readonly string[];
  readonly mostOld: number;
  readonly openedAgain: number;
  readonly unreported: number;
  readonly left: { readonly old: number; readonly current: number };
  readonly heapMb: readonly number[];
}

test(
  "1,000 reloads under load, 100 of them broken: no request fails, and nothing piles up",
  { timeout: 180_000 },
  async () => {
    const report = await run(temporaryFolder());
    expect(report.failures).toEqual([]);
    expect(report.answered).toBeGreaterThan(times);
    expect(report.counts).toEqual({ reloaded: times * 0.9, unchanged: 0, refused: times * 0.1 });
    expect(report.unreported).toBe(0);
    expect(report.openedAgain).toBe(0);
    expect(report.mostOld).toBeLessThanOrEqual(4);
    expect(report.left).toMatchObject({ old: 0, current: 1 + times * 0.9 });
    expect(report.heapMb.at(-1)! - report.heapMb[0]!).toBeLessThan(15);
  },
);

async function run(folder: string): Promise<Report> {
  const script = join(import.meta.dirname, "reload-many-times.ts");
  const args = ["--expose-gc", "--import", import.meta.resolve("tsx"), script, folder, String(times)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += String(chunk)));
  await new Promise((resolve) => child.once("close", resolve));
  return JSON.parse(printed) as Report;
}
