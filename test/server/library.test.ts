import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApp, defineSource, object, required, text, type OwnCallContext } from "../../src/index.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "library-test-"));
  mkdirSync(join(folder, "config/domains"), { recursive: true });
  mkdirSync(join(folder, "config/integrations"));
  writeFileSync(join(folder, "config/config.yaml"), "server: { host: 127.0.0.1, port: 0 }\n");
  writeFileSync(
    join(folder, "config/integrations/greeting_sources.yaml"),
    "greeting:\n  sources:\n    default:\n      language: en\n      operations:\n        hello: { phrase: Hello }\n",
  );
  writeFileSync(
    join(folder, "config/domains/greetings.yaml"),
    `
endpoints:
  greet:
    path: /greet/{name}
    request:
      path_params: { name: { type: string } }
    data_sources:
      - { name: words, type: greeting, operation: hello, params: { name: $request.name } }
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function greetings(run: (name: unknown, context: OwnCallContext) => Promise<string>) {
  return defineSource({
    kind: "greeting",
    settings: object({ language: required(text(), "The language of all greetings.") }),
    operation: object({ phrase: required(text(), "What to say before the name.") }),
    prepare: () => ({ effect: "read", parameters: [{ name: "name", isRequired: true }] }),
    open: async ({ language }) => ({
      run: async ({ phrase }, { name }, context) => ({
        value: `${phrase} ${await run(name, context)} (${language})`,
      }),
    }),
  });
}

const options = () => ({ workingFolder: folder, logger: pino({ level: "silent" }) });

test("a source of one's own answers through an endpoint", async () => {
  const app = await createApp({ ...options(), sources: [greetings(async (name) => String(name))] });
  expect(await app.call("greetings.greet", { path_params: { name: "Ada" } })).toBe("Hello Ada (en)");
  expect((await app.inject("/orchestrator/greet/a%2Fb")).json()).toBe("Hello a/b (en)");
  await app.close();
});

test("a caller who hangs up ends the call to the source", async () => {
  let aborted: () => void = () => undefined;
  const isAborted = new Promise<void>((resolve) => (aborted = resolve));
  const waiting = greetings((_name, { signal }) => {
    signal.addEventListener("abort", aborted);
    return new Promise(() => undefined);
  });
  const app = await createApp({ ...options(), sources: [waiting] });
  const { port } = new URL(await app.listen());
  const socket = connect(Number(port), "127.0.0.1");
  socket.write("GET /orchestrator/greet/Ada HTTP/1.1\r\nhost: t\r\n\r\n");
  setTimeout(() => socket.destroy(), 100);
  await isAborted;
  await app.close();
});
