import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Diagnosis } from "../../../src/cli/doctor/diagnosis.js";
import { identity } from "../../connections/http/certificates.js";
import { projectOf, runCommand, setVariables, temporaryFolder, type Ran } from "../run-command.js";

const healthy = {
  "config/config.yaml": "server:\n  host: 127.0.0.1\n  port: ${DOCTOR_PORT:-0}\nadmin: false\n",
  "config/database.yaml":
    "database:\n  sources:\n    default:\n      connection_string: sqlite:///data/local.db\n",
};

async function examine(
  files: Readonly<Record<string, string>>,
): Promise<Ran & { findings: readonly Diagnosis[] }> {
  return examineFolder(projectOf(files));
}

async function examineFolder(folder: string): Promise<Ran & { findings: readonly Diagnosis[] }> {
  const ran = await runCommand(folder, "doctor", "--json");
  const { findings, diagnoses } = JSON.parse(ran.stdout) as { findings: number; diagnoses: Diagnosis[] };
  const found = diagnoses.filter(({ status }) => status === "finding");
  expect(findings).toBe(found.length);
  expect(ran.code).toBe(found.length === 0 ? 0 : 1);
  for (const { remedy } of found) expect(remedy?.length ?? 0).toBeGreaterThan(10);
  return { ...ran, findings: found };
}

test("a healthy project has no finding, and each thing that was looked at is told", async () => {
  const { code, stdout, stderr } = await runCommand(projectOf(healthy), "doctor");
  expect(code).toBe(0);
  expect(stdout).toContain(`fine    node          Node.js ${process.versions.node}.`);
  expect(stdout).toContain("fine    sources       database.default can be reached.");
  expect(stdout).toMatch(/fine {4}package {7}orchestrator-api-service \S+ is complete\./);
  expect(stderr).toBe("Nothing to put right.\n");
});

test("a problem of check is a finding with its place and hint", async () => {
  const { findings } = await examine({ ...healthy, "config/config.yaml": "sever: {}\n" });
  expect(findings).toMatchObject([{ area: "configuration", remedy: 'Did you mean "server"?' }]);
  expect(findings[0]!.message).toContain("config/config.yaml:1:1 CONFIG_KEY_UNKNOWN");
});

test("no configuration at all is a finding", async () => {
  const { findings } = await examineFolder(temporaryFolder());
  expect(findings).toMatchObject([{ area: "configuration" }]);
});

test("a source that cannot be reached is a finding, one that can is not", async () => {
  const { findings } = await examine({
    ...healthy,
    "config/integrations/api_sources.yaml":
      "api:\n  sources:\n    gone:\n      base_url: http://127.0.0.1:1\n",
  });
  expect(findings).toMatchObject([{ area: "sources" }]);
  expect(findings[0]!.message).toContain("api.gone cannot be used");
});

test("a database that cannot be filled is a finding with the line", async () => {
  const { findings } = await examine({
    ...healthy,
    "config/database.yaml": `${healthy["config/database.yaml"]}      init_sql: data/schema.sql\n`,
    "data/schema.sql": "CREATE TABEL a (b);\n",
  });
  expect(findings[0]).toMatchObject({ area: "sources" });
});

test("a port that another program has is a finding", async () => {
  setVariables({ DOCTOR_PORT: String(await listen(createServer((socket) => socket.end("hello")))) });
  const { findings } = await examine(healthy);
  expect(findings).toMatchObject([{ area: "ports" }]);
  expect(findings[0]!.message).toContain("is taken by another program");
  expect(findings[0]!.remedy).toContain("`server.port`");
});

test("a port that the service itself has is only a note", async () => {
  const service = createHttpServer((_request, response) => response.end('{"status":"alive"}'));
  setVariables({ DOCTOR_PORT: String(await listen(service)) });
  const { findings, stdout } = await examine(healthy);
  expect(findings).toEqual([]);
  expect(stdout).toContain("The service answers at port");
});

test("with TLS too a port that the service itself has is only a note", async () => {
  const service = createHttpsServer(identity("good"), (_request, response) =>
    response.end('{"status":"alive"}'),
  );
  setVariables({ DOCTOR_PORT: String(await listen(service)) });
  const { findings, stdout } = await examine(withCertificate("good", "good"));
  expect(findings).toEqual([]);
  expect(stdout).toContain("The service answers at port");
  expect(stdout).toContain("It holds until 2099-01-01.");
});

test.each([
  ["of another key", "good", "elsewhere", undefined, "cannot be used"],
  ["that has expired", "expired", "expired", undefined, "It has held until 2020-01-02."],
  ["that does not hold yet", "good", "good", "2000-01-01", "It holds only from "],
] as const)("a certificate %s is a finding", async (_title, cert, key, today, words) => {
  if (today !== undefined) onDay(today);
  const { findings } = await examine(withCertificate(cert, key));
  expect(findings).toMatchObject([{ area: "certificate" }]);
  expect(findings[0]!.message).toContain(words);
});

test("a certificate that ends soon is a note", async () => {
  onDay("2098-12-25");
  const { findings, stdout } = await examine(withCertificate("good", "good"));
  expect(findings).toEqual([]);
  const { diagnoses } = JSON.parse(stdout) as { readonly diagnoses: readonly Diagnosis[] };
  expect(diagnoses.find(({ area }) => area === "certificate")).toMatchObject({ status: "note" });
});

function withCertificate(cert: Parameters<typeof identity>[0], key: Parameters<typeof identity>[0]) {
  return {
    ...healthy,
    "config/config.yaml": `server:
  host: 127.0.0.1
  port: \${DOCTOR_PORT:-0}
  tls: { cert_file: tls.crt, key_file: tls.key }
admin: false
`,
    "tls.crt": identity(cert).cert,
    "tls.key": identity(key).key,
  };
}

function onDay(day: string): void {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(day) });
  onTestFinished(() => void vi.useRealTimers());
}

test("one port for both listeners is a finding", async () => {
  const { findings } = await examine({
    ...healthy,
    "config/config.yaml": "server: { host: 127.0.0.1, port: 8123 }\nadmin: { port: 8123 }\n",
  });
  expect(findings).toMatchObject([{ area: "ports", remedy: "Give `admin.port` another number." }]);
});

test("an address that is not this machine's is a finding", async () => {
  const { findings } = await examine({
    ...healthy,
    "config/config.yaml": "server:\n  host: 192.0.2.1\n  port: 8123\nadmin: false\n",
  });
  expect(findings).toMatchObject([{ area: "ports", remedy: "Set `server.host` to one that is." }]);
});

test("a file in the place of data/ is a finding", async () => {
  const project = { "config/config.yaml": healthy["config/config.yaml"], data: "a file" };
  const { findings } = await examine(project);
  expect(findings).toMatchObject([{ area: "files", message: '"data" is no folder.' }]);
});

test.skipIf(process.platform === "win32")("a token that others can read is a finding", async () => {
  const folder = projectOf({ ...healthy, "data/admin.token": "marked\n" });
  chmodSync(join(folder, "data/admin.token"), 0o644);
  const { findings, stdout } = await examineFolder(folder);
  expect(findings).toMatchObject([{ area: "files", remedy: "Run `chmod 600 data/admin.token`." }]);
  expect(stdout).not.toContain("marked");
});

test("a secret that stands in a file is a finding that does not show it", async () => {
  const { findings, stdout, stderr } = await examine({
    ...healthy,
    ".env": "SHOP_API_TOKEN=marked-secret\n",
    "README.md": "Shop\n\ncurl -H 'Authorization: Bearer marked-secret'\n",
  });
  expect(findings).toMatchObject([
    { area: "secrets", message: "The value of SHOP_API_TOKEN stands in README.md:3." },
  ]);
  expect(stdout + stderr).not.toContain("marked");
});

test("the placeholder of .env.example is no secret", async () => {
  const { findings } = await examine({
    ...healthy,
    ".env": "SHOP_API_TOKEN=change-me-please\n",
    ".env.example": "SHOP_API_TOKEN=change-me-please\n",
  });
  expect(findings).toEqual([]);
});

const hasGit = spawnSync("git", ["--version"]).status === 0;

test.skipIf(!hasGit)(
  "an .env that git does not ignore is a finding, and so is one that is in git",
  async () => {
    const folder = projectOf({ ...healthy, ".env": "A=b\n" });
    git(folder, "init", "-q");
    expect((await examineFolder(folder)).findings).toMatchObject([
      { area: "secrets", message: 'Git does not ignore ".env".' },
    ]);
    git(folder, "add", "-f", ".env");
    expect((await examineFolder(folder)).findings).toMatchObject([
      { area: "secrets", message: '".env" is in git.' },
    ]);
    git(folder, "rm", "-q", "--cached", ".env");
    appendFileSync(join(folder, ".gitignore"), ".env\n");
    expect((await examineFolder(folder)).findings).toEqual([]);
  },
);

test("an .env.production that git does not ignore is a finding", { skip: !hasGit }, async () => {
  const folder = projectOf({ ...healthy, ".gitignore": ".env\n", ".env.production": "A=b\n" });
  git(folder, "init", "-q");
  expect((await examineFolder(folder)).findings).toMatchObject([
    { message: 'Git does not ignore ".env.production".' },
  ]);
  rmSync(join(folder, ".env.production"));
  expect((await examineFolder(folder)).findings).toEqual([]);
});

function git(folder: string, ...args: readonly string[]): void {
  spawnSync("git", args, { cwd: folder });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
