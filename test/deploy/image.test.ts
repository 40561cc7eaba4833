import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string) => readFileSync(root + path, "utf8");
const manifest = JSON.parse(read("package.json")) as {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};

/** The instructions of the Dockerfile, with lines that go on put together. */
const instructions = read("Dockerfile")
  .replace(/^#.*\n/gm, "")
  .replace(/\\\n\s*/g, "")
  .split("\n")
  .filter(Boolean)
  .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);
const all = (name: string) => instructions.filter(([found]) => found === name).map(([, rest]) => rest);

test("the image copies what there is, and runs commands and scripts that there are", () => {
  const sources = all("COPY").filter((rest) => !rest.startsWith("--from"));
  for (const rest of sources) {
    for (const path of rest.split(" ").slice(0, -1)) expect(existsSync(root + path), path).toBe(true);
  }
  for (const rest of all("RUN")) {
    for (const [, script] of rest.matchAll(/npm run (\w+)/g))
      expect(manifest.scripts).toHaveProperty(script!);
  }
  expect(all("ENTRYPOINT")).toEqual([JSON.stringify(Object.keys(manifest.bin))]);
  expect(all("COPY").at(-1)).toContain(`${manifest.name}-*.tgz`);
});

test("it runs as a user who is not root, from the stage without tools", () => {
  expect(all("USER")).toEqual(["node"]);
  const last = instructions.map(([name]) => name).lastIndexOf("FROM");
  expect(instructions.slice(last).some(([name]) => name === "USER")).toBe(true);
});

test("its health check tells a service that answers from one that does not", async () => {
  let status = 200;
  const server = createServer((request, response) =>
    response.writeHead(request.url === "/livez" ? status : 404).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const [program, ...args] = JSON.parse(/CMD (\[.*)$/.exec(all("HEALTHCHECK")[0]!)![1]!) as [
    string,
    ...string[],
  ];
  const check = () => {
    const child = spawn(program, args, { env: { ...process.env, PORT: String(port) }, stdio: "ignore" });
    return new Promise((resolve) => child.once("close", resolve));
  };
  expect(await check()).toBe(0);
  status = 503;
  expect(await check()).toBe(1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await check()).toBe(1);
});

test("compose.yaml mounts the project to be read, and nothing may be written but its data", () => {
  const { services } = parse(read("compose.yaml")) as {
    readonly services: { readonly api: Readonly<Record<string, unknown>> };
  };
  expect(services.api).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    volumes: ["./config:/app/config:ro", "data:/app/data"],
  });
});
