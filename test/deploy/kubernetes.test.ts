import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { expect, onTestFinished, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { runServer } from "../../src/server/run-server.js";
import { temporaryFolder } from "../host/temporary-folder.js";
import { withVariables } from "../scenarios/project.js";

const folder = fileURLToPath(new URL("../../deploy/kubernetes", import.meta.url));
const schemas = JSON.parse(readFileSync(new URL("kubernetes.schema.json", import.meta.url), "utf8")) as {
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: object;
};

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [key: string]: unknown;
}

const files = readdirSync(folder).filter((name) => name !== "kustomization.yaml");
const manifests = files.flatMap((name) => {
  const documents = parseAllDocuments(readFileSync(join(folder, name), "utf8"));
  return documents.map((document) => ({ name, manifest: document.toJS() as Manifest }));
});
const manifestOf = <Of>(kind: string) =>
  manifests.find(({ manifest }) => manifest.kind === kind)!.manifest as Of;

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, allowUnionTypes: true });
ajv.addSchema({ $id: "kubernetes", definitions: schemas.definitions });

/** What the schemas of Kubernetes say against it. */
function faultsOf(manifest: Manifest): readonly string[] {
  const definition = schemas.kinds[manifest.kind];
  if (definition === undefined) return [`there is no schema of the kind ${manifest.kind}`];
  const check = ajv.getSchema(`kubernetes#/definitions/${definition}`)!;
  check(manifest);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test.each(manifests)("$name is what Kubernetes takes", ({ manifest }) => {
  expect(faultsOf(manifest)).toEqual([]);
});

test("a key that Kubernetes does not know is found", () => {
  const wrong = structuredClone(manifestOf<Deployment & Manifest>("Deployment"));
  Object.assign(wrong.spec.template.spec.containers[0]!, { livenesProbe: {} });
  expect(faultsOf(wrong)).not.toEqual([]);
});

test("every file is in the kustomization, and every name is the same", () => {
  const kustomization = parseAllDocuments(
    readFileSync(join(folder, "kustomization.yaml"), "utf8"),
  )[0]!.toJS() as {
    readonly resources: readonly string[];
  };
  expect([...kustomization.resources].sort()).toEqual([...files].sort());
  expect(new Set(manifests.map(({ manifest }) => manifest.metadata.name))).toEqual(
    new Set(["orchestrator-api"]),
  );
});

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: object;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly {
          readonly securityContext: object;
          readonly volumeMounts: readonly { readonly mountPath: string; readonly readOnly?: boolean }[];
          readonly startupProbe: object;
          readonly livenessProbe: { readonly httpGet: { readonly path: string } };
          readonly readinessProbe: { readonly httpGet: { readonly path: string } };
        }[];
        readonly volumes: readonly {
          readonly configMap?: { readonly items: readonly { readonly key: string; readonly path: string }[] };
        }[];
      };
    };
  };
}

test("the pod is no root, writes nowhere but where it may, and drops every capability", () => {
  const { securityContext, containers } = manifestOf<Deployment>("Deployment").spec.template.spec;
  expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  expect(containers[0]!.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
});

/** As a node mounts a map: every name is a link into a folder, and the link to that folder is all that changes. */
function mountMap(mounted: string, data: Readonly<Record<string, string>>): void {
  const { volumes } = manifestOf<Deployment>("Deployment").spec.template.spec;
  const { items } = volumes.find(({ configMap }) => configMap !== undefined)!.configMap!;
  const version = `..${Date.now()}`;
  for (const { key, path } of items) {
    mkdirSync(dirname(join(mounted, version, path)), { recursive: true });
    writeFileSync(join(mounted, version, path), data[key]!);
  }
  symlinkSync(version, join(mounted, "..data_tmp"));
  renameSync(join(mounted, "..data_tmp"), join(mounted, "..data"));
  for (const name of new Set(items.map(({ path }) => path.split("/")[0]!))) {
    if (!existsSync(join(mounted, name))) symlinkSync(join("..data", name), join(mounted, name));
  }
  const before = readdirSync(mounted).filter((name) => /^\.\.\d/.test(name) && name !== version);
  for (const name of before) rmSync(join(mounted, name), { recursive: true });
}

test("the map as it is mounted serves, its probes answer, and a changed one reloads the service", async () => {
  const { data } = manifestOf<{ data: Record<string, string> }>("ConfigMap");
  const here: Record<string, string> = {
    ...data,
    // Ports that are free on this machine.
    "config.yaml": data["config.yaml"]!.replace("port: 9001", "port: 0")
      .replace("host: 0.0.0.0", "host: 127.0.0.1")
      .replace("max_event_loop_delay: 200ms", "max_event_loop_delay: 1m"),
  };
  const workingFolder = temporaryFolder({});
  const mounted = join(workingFolder, "config");
  mkdirSync(mounted);
  mountMap(mounted, here);
  const server = await withVariables({ ADMIN_TOKEN: "a-token" }, () =>
    runServer({ workingFolder, host: "127.0.0.1", port: 0, reload: true, logLevel: "silent" }),
  );
  onTestFinished(() => server.stop());
  const { containers } = manifestOf<Deployment>("Deployment").spec.template.spec;
  const { livenessProbe, readinessProbe } = containers[0]!;
  for (const { httpGet } of [livenessProbe, readinessProbe]) {
    expect((await fetch(server.url + httpGet.path)).status, httpGet.path).toBe(200);
  }
  const ask = async () => (await fetch(`${server.url}/orchestrator/hello?name=Ada`)).json();
  expect(await ask()).toEqual({ text: "Ada" });
  process.env["ADMIN_TOKEN"] = "a-token";
  onTestFinished(() => void delete process.env["ADMIN_TOKEN"]);
  mountMap(mounted, { ...here, "shop.yaml": here["shop.yaml"]!.replace("text:", "greeting:") });
  await expect.poll(ask, { timeout: 20_000 }).toEqual({ greeting: "Ada" });
});
