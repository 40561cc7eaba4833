import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeHost } from "../../src/host/node-host.js";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { temporaryFolder } from "./temporary-folder.js";

const { files, clock } = nodeHost();

function problemOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof OrchestratorError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("files", () => {
  test("are read as bytes", () => {
    const folder = temporaryFolder({ "a.bin": new Uint8Array([0, 255, 1]) });
    expect([...files.read(join(folder, "a.bin"))]).toEqual([0, 255, 1]);
  });

  test("that do not exist are FILE_NOT_FOUND", () => {
    const folder = temporaryFolder({ a: "" });
    symlinkSync(join(folder, "nothing"), join(folder, "dangling"));
    for (const path of ["none", "none/deeper", "a/below-a-file", "dangling"]) {
      expect(problemOf(() => files.read(join(folder, path))).code).toBe("FILE_NOT_FOUND");
    }
  });

  test("that cannot be read are FILE_UNREADABLE, with the reason", () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, "loop"), join(folder, "loop"));
    expect(problemOf(() => files.read(folder)).message).toBe(
      `The file "${folder}" cannot be read: it is a folder.`,
    );
    expect(problemOf(() => files.read(join(folder, "loop")))).toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringContaining("its links go round in a circle"),
    });
  });

  test.skipIf(process.getuid?.() === 0)(
    "and folders that are closed to this user are FILE_UNREADABLE",
    () => {
      const folder = temporaryFolder({ "closed.yaml": "" });
      mkdirSync(join(folder, "shut"));
      chmodSync(join(folder, "closed.yaml"), 0);
      chmodSync(join(folder, "shut"), 0);
      expect(problemOf(() => files.read(join(folder, "closed.yaml"))).message).toContain(
        "permission is denied",
      );
      expect(problemOf(() => files.list(join(folder, "shut"))).code).toBe("FILE_UNREADABLE");
    },
  );

  test("are listed in order, with what their links lead to", () => {
    const folder = temporaryFolder({ "b.yaml": "", "a.yaml": "", "C.yaml": "", "sub/x": "" });
    symlinkSync(join(folder, "b.yaml"), join(folder, "link-to-file"));
    symlinkSync(join(folder, "sub"), join(folder, "link-to-folder"));
    symlinkSync(join(folder, "nothing"), join(folder, "link-to-nothing"));
    symlinkSync(join(folder, "circle"), join(folder, "circle"));
    expect(files.list(folder)).toEqual([
      { name: "C.yaml", kind: "file" },
      { name: "a.yaml", kind: "file" },
      { name: "b.yaml", kind: "file" },
      { name: "circle", kind: "broken" },
      { name: "link-to-file", kind: "file" },
      { name: "link-to-folder", kind: "folder" },
      { name: "link-to-nothing", kind: "broken" },
      { name: "sub", kind: "folder" },
    ]);
  });

  test("have a kind, or none where there is nothing", () => {
    const folder = temporaryFolder({ a: "" });
    symlinkSync(join(folder, "circle"), join(folder, "circle"));
    expect(files.kindOf(join(folder, "a"))).toBe("file");
    expect(files.kindOf(folder)).toBe("folder");
    expect(files.kindOf("/dev/null")).toBe("other");
    expect(files.kindOf(join(folder, "none"))).toBeUndefined();
    expect(files.kindOf(join(folder, "circle"))).toBeUndefined();
    expect(files.list(join(folder, "none"))).toBeUndefined();
    expect(files.list(join(folder, "a"))).toBeUndefined();
  });
});

describe("the rest of the machine", () => {
  test("looks variables up where it is told to", () => {
    expect(nodeHost({ A: "1" }).env("A")).toBe("1");
    expect(nodeHost({ A: "1" }).env("PATH")).toBeUndefined();
    expect(nodeHost().env("PATH")).toBe(process.env["PATH"]);
  });

  test("has clocks", async () => {
    const before = clock.monotonicMs();
    await new Promise<void>((resolve) => clock.after(20, resolve));
    expect(clock.monotonicMs() - before).toBeGreaterThan(15);
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);
  });

  test("does not call what was cancelled", async () => {
    let isCalled = false;
    const cancel = clock.after(5, () => (isCalled = true));
    cancel();
    await new Promise<void>((resolve) => clock.after(20, resolve));
    expect(isCalled).toBe(false);
  });

  test("gives random UUIDs of version 4", () => {
    const host = nodeHost();
    expect(host.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(host.uuid()).not.toBe(host.uuid());
  });
});
