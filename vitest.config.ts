import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    // One process runs file after file: what they import is loaded twice, not once for each of them. Each test undoes what
    // it does to its process.
    isolate: false,
    // Real servers and processes on a machine that others use too; what needed its second try is named.
    retry: process.env["CI"] === undefined ? 0 : 1,
  },
});
