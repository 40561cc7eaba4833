// This service, on the demo's configuration and the measured endpoint. Its admin listener is off, and so are metrics,
// unless it is told otherwise.
import { runServer } from "../../dist/index.js";

const server = await runServer({
  configPath: `${process.argv[2]}/config`,
  host: "127.0.0.1",
  port: 0,
  logLevel: "silent",
  ...(process.argv[3] === "metered" ? {} : { admin: false }),
});
console.log(server.url);
