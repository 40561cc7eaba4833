// Who is measured. Each file starts a server and prints its URL; all answer the same endpoint with the same body.
export const contenders = [
  { name: "this service", file: "bench/servers/service.mjs", args: [] },
  { name: "this service, with metrics", file: "bench/servers/service.mjs", args: ["metered"] },
  { name: "hand-written: dispatch and callbacks", file: "bench/servers/callbacks.mjs", args: [] },
  {
    name: "hand-written: Promise.all and Pool.request",
    file: "bench/servers/promises.mjs",
    args: ["inline"],
  },
  { name: "the same, SQLite in a worker", file: "bench/servers/promises.mjs", args: ["worker"] },
];
