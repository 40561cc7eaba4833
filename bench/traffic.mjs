// The demo's traffic API in a process of its own.
import { register } from "tsx/esm/api";
import { pathToFileURL } from "node:url";

register();
const { startTrafficApi } = await import(pathToFileURL(`${process.argv[2]}/traffic-api.ts`).href);
const api = await startTrafficApi(0);
process.once("SIGTERM", () => api.stop());
console.log(api.url);
