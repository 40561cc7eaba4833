import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort, generatedProject } from "../templates/started-project.js";

/** Every secret begins with this, so that any of them is found wherever it flowed. */
export const mark = "M4RK";

const secrets = {
  TRAFFIC_API_TOKEN: `${mark}-traffic/token+1`,
  TENANT_SECRET: `${mark}-tenant`,
  WAREHOUSE_PASSWORD: `${mark}-warehouse`,
  ADMIN_TOKEN: `${mark}-admin-token`,
  UNUSED_API_KEY: `${mark}-unused`,
};
/** Named as no secret, but its key is one. */
const plainlyNamed = { PARTNER_PASS: `${mark}-partner` };

export interface MarkedDemo {
  readonly folder: string;
  readonly port: number;
  readonly adminPort: number;
  readonly adminToken: string;
  /** What a secret may look like when something encoded it. */
  readonly needles: readonly string[];
}

/** The demo with secrets in every place that can have one, and with sources that fail and tell what they were sent. */
export async function markedDemo(): Promise<MarkedDemo> {
  const folder = generatedProject("demo");
  const [port, adminPort, partner] = [await freePort(), await freePort(), await startTelltale()];
  const variables = { ...secrets, ...plainlyNamed };
  const lines = Object.entries({ ...variables, PORT: port, ADMIN_PORT: adminPort, PARTNER_URL: partner });
  writeFileSync(join(folder, ".env"), lines.map(([name, value]) => `${name}=${value}\n`).join(""));
  for (const [path, text] of Object.entries(additions)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    appendFileSync(join(folder, path), text);
  }
  insert(join(folder, "config/config.yaml"), "admin:\n", '  token: "${ADMIN_TOKEN:-}"\n');
  const warehouse = "postgresql://shop:${WAREHOUSE_PASSWORD}@127.0.0.1:1/shop";
  const source = `    warehouse:\n      connection_string: ${warehouse}\n`;
  insert(join(folder, "config/database.yaml"), "  sources:\n", source);
  const needles = Object.values(variables).flatMap((value) => [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString("base64").replace(/=+$/, ""),
    Buffer.from(`partner:${value}`).toString("base64").replace(/=+$/, ""),
  ]);
  return { folder, port, adminPort, adminToken: secrets.ADMIN_TOKEN, needles: [mark, ...needles] };
}

function insert(path: string, line: string, behind: string): void {
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(line, () => line + behind),
  );
}

const additions: Readonly<Record<string, string>> = {
  "config/config.yaml": "\nlogging:\n  level: trace\n  format: json\n  file: logs/app.log\n",
  "config/integrations/api_sources.yaml": `
      auth:
        type: bearer
        token: \${TRAFFIC_API_TOKEN}
      headers:
        X-Tenant: tenant-\${TENANT_SECRET}

    partner:
      base_url: \${PARTNER_URL}
      auth:
        type: basic
        username: partner
        password: \${PARTNER_PASS}
      headers:
        X-Tenant: tenant-\${TENANT_SECRET}
      operations:
        fail: { path: /fail }
        garbage: { path: /garbage }
        vanish: { path: /vanish }
`,
  "config/database.yaml": `
    warehouse_now:
      source_id: warehouse
      query: SELECT 1 AS one
      returns: one
`,
  "config/domains/failing.yaml": `endpoints:
${["fail", "garbage", "vanish"]
  .map(
    (name) => `  ${name}:
    data_sources:
      - name: answer
        type: api
        source_id: partner
        operation: ${name}
`,
  )
  .join("")}  warehouse:
    data_sources:
      - name: answer
        type: database
        source_id: warehouse
        operation: warehouse_now
`,
};

/** An API that repeats its credentials in every failure. Answers its URL. */
async function startTelltale(): Promise<string> {
  const server = createServer((request, response) => {
    const told = JSON.stringify(request.headers);
    if (request.url === "/vanish") return void response.destroy();
    response.writeHead(request.url === "/garbage" ? 200 : 500, {
      "content-type": "application/json",
      "x-told": request.headers.authorization ?? "",
    });
    response.end(request.url === "/garbage" ? `{${told}` : told);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** All files that a run or a command left, but what was there before. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
