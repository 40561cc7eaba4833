import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { simulatedEngine, type SimulatedEngine } from "../../connections/docker/simulated-engine.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { mlProject, type MlProject } from "./ml-project.js";

const endpoints = `
score:
  request: { query_params: { age: { type: integer } } }
  timeout: 8s
  data_sources:
    - { name: score, type: ml, params: { features: { age: $request.age } } }
  response_mapping: $score
`;

async function dockerProject(engine: SimulatedEngine, keys: string, env: Record<string, string> = {}) {
  const source = `type: docker\nstop_timeout: 2s\n${keys}`;
  const variables = { DOCKER_HOST: `unix://${engine.socketPath}`, HOME: "/no/such/home", ...env };
  const project = mlProject({ source, endpoints, env: variables });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  return { project, ...(await project.open()) };
}

const ask = async (app: Awaited<ReturnType<MlProject["open"]>>["app"]) => {
  const { statusCode, body } = await app.inject({ url: "/orchestrator/models/score?age=7", method: "GET" });
  return { status: statusCode, body: JSON.parse(body) as Record<string, unknown> };
};

async function reasonOf(service: Awaited<ReturnType<MlProject["open"]>>["service"]) {
  await service.sourcesStarted();
  return (await service.probeSources())[0]!.problem?.facts["reason"];
}

test("a container is created, started, asked, and removed with the service", async () => {
  const engine = await simulatedEngine();
  const { project, app } = await dockerProject(
    engine,
    `image: team/model:3
command: serve --fast
environment: { MODE: fast }
volumes: ["/tmp:/models", "/tmp:/out:rw"]
memory: 1gb
cpus: 1.5
gpus: all`,
  );
  const { status, body } = await ask(app);
  expect([status, body["container"]]).toEqual([200, engine.only.id]);
  expect(engine.only.body).toMatchObject({
    Image: "team/model:3",
    Cmd: ["serve", "--fast"],
    Env: ["MODE=fast", "PORT=8080"],
    ExposedPorts: { "8080/tcp": {} },
    Labels: {
      "orchestrator-api.source": "Models/ml.default",
      "orchestrator-api.owner": expect.stringMatching(`^${hostname()} ${process.pid} \\d{13}$`),
    },
    HostConfig: {
      PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }] },
      Binds: ["/tmp:/models:ro", "/tmp:/out:rw"],
      Memory: 1_073_741_824,
      NanoCpus: 1_500_000_000,
      DeviceRequests: [{ Driver: "nvidia", Count: -1, Capabilities: [["gpu"]] }],
      RestartPolicy: { Name: "no" },
      CapDrop: ["ALL"],
    },
  });
  await expect.poll(() => project.log.map(({ message }) => message)).toContain("ready");
  await project.close();
  expect(engine.containers.size).toBe(0);
  expect(engine.asked.every((each) => each.includes("/v1.45/"))).toBe(true);
  expect(engine.asked.filter((each) => each.includes("/stop"))).toHaveLength(1);
  expect(engine.registryHeaders).toEqual([]);
});

test("an engine that is newer than what is known is asked in the newest version that is", async () => {
  const engine = await simulatedEngine();
  engine.apiVersion = "2.3";
  const { app } = await dockerProject(engine, "image: team/model:3");
  expect((await ask(app)).status).toBe(200);
  expect(engine.asked[0]).toContain("/v1.47/");
});

test("an image that is missing is pulled, with the login of its registry", async () => {
  const engine = await simulatedEngine();
  const { app } = await dockerProject(
    engine,
    "image: registry.example/model:4\nregistry_auth: { username: me, password: '${REGISTRY_PASSWORD}' }",
    { REGISTRY_PASSWORD: "s3cret" },
  );
  expect((await ask(app)).status).toBe(200);
  expect(engine.asked).toContainEqual(
    expect.stringContaining("/images/create?fromImage=registry.example%2Fmodel&tag=4"),
  );
  expect(JSON.parse(Buffer.from(engine.registryHeaders[0]!, "base64").toString())).toEqual({
    ...{ username: "me", password: "s3cret", serveraddress: "registry.example" },
  });
});

test("a pull that fails in its stream, though the status was good", async () => {
  const engine = await simulatedEngine();
  engine.pullError = "manifest unknown";
  const { app, service } = await dockerProject(engine, "image: team/model:5\nrestart: never");
  expect(await ask(app)).toMatchObject({ status: 503, body: { code: "MODEL_NOT_READY" } });
  expect(await reasonOf(service)).toBe('the image "team/model:5" could not be pulled: manifest unknown');
  expect(engine.containers.size).toBe(0);
});

test("`always` takes the image of the machine where the pull fails, and says so", async () => {
  const engine = await simulatedEngine();
  engine.pullError = "no route to host";
  const { app, project } = await dockerProject(engine, "image: team/model:3\npull: true");
  expect((await ask(app)).status).toBe(200);
  expect(project.log).toContainEqual(
    expect.objectContaining({
      level: "warn",
      message: "An image could not be pulled; the one on this machine is used.",
    }),
  );
});

test.each([
  [
    "never pulled",
    "image: team/model:5\npull: never",
    'the image "team/model:5" is not on this machine, and `pull` is `never`',
  ],
  [
    "a folder that is missing",
    'image: team/model:3\nvolumes: ["/no/such:/x"]',
    "the volume /no/such does not exist on this machine",
  ],
])("%s: 503, and the operator is told", async (_title, keys, reason) => {
  const engine = await simulatedEngine();
  const { app, service } = await dockerProject(engine, `${keys}\nrestart: never`);
  expect((await ask(app)).status).toBe(503);
  expect(await reasonOf(service)).toBe(reason);
});

test("an image with several ports needs `port`", async () => {
  const engine = await simulatedEngine();
  engine.exposed = ["8080/tcp", "8081/tcp"];
  const { app, service } = await dockerProject(engine, "image: team/model:3\nrestart: never");
  expect((await ask(app)).status).toBe(503);
  expect(await reasonOf(service)).toContain("`port` must say which is asked");
  const other = await dockerProject(engine, "image: team/model:3\nport: 8080");
  expect((await ask(other.app)).status).toBe(200);
});

test("a start that fails leaves no container behind", async () => {
  const engine = await simulatedEngine();
  engine.startError = "could not select device driver";
  const { app, service } = await dockerProject(engine, "image: team/model:3\nrestart: never");
  expect((await ask(app)).status).toBe(503);
  expect(await reasonOf(service)).toBe("could not select device driver");
  expect(engine.containers.size).toBe(0);
});

test("a container that ends is removed, and another one started", async () => {
  const engine = await simulatedEngine();
  const { app, project } = await dockerProject(engine, "image: team/model:3");
  const first = (await ask(app)).body["container"];
  engine.only.isOutOfMemory = true;
  engine.endOf(engine.only, 137);
  await expect.poll(async () => (await ask(app)).body["container"], { timeout: 10_000 }).toBeTypeOf("string");
  expect(engine.only.id).not.toBe(first);
  expect(project.log).toContainEqual(
    expect.objectContaining({ reason: "it needed more memory than it may have" }),
  );
});

test("containers of a service of this machine that is gone are removed at the next start, those of others are not", async () => {
  const engine = await simulatedEngine();
  const labels = (owner: string) => ({
    Labels: { "orchestrator-api.source": "Models/ml.default", "orchestrator-api.owner": owner },
  });
  const gone = engine.create(labels(`${hostname()} 2147483646`));
  const namesake = engine.create(labels(`${hostname()} ${process.pid} 1700000000000`));
  const alive = engine.create(labels(`${hostname()} ${process.ppid} 1700000000000`));
  const elsewhere = engine.create(labels("another-machine 17"));
  const { app } = await dockerProject(engine, "image: team/model:3");
  expect((await ask(app)).status).toBe(200);
  const isThere = (id: string) => engine.containers.has(id);
  expect([gone, namesake].map(isThere)).toEqual([false, false]);
  expect([alive, elsewhere].map(isThere)).toEqual([true, true]);
});

test("the end of the service breaks a pull off", async () => {
  const engine = await simulatedEngine();
  engine.pullsForEver = true;
  const { project } = await dockerProject(engine, "image: team/model:5");
  await expect.poll(() => engine.registryHeaders.length).toBe(1);
  await project.close();
  expect(engine.containers.size).toBe(0);
  expect(project.log).toEqual([]);
});

test("a container that cannot be ended fails nothing, and the log names the reason", async () => {
  const engine = await simulatedEngine();
  const { app, project } = await dockerProject(engine, "image: team/model:3");
  expect((await ask(app)).status).toBe(200);
  engine.endError = "the daemon is shutting down";
  await project.close();
  expect(project.log).toContainEqual({
    ...{ level: "error", message: "A model server may run on: it could not be ended." },
    ...{ source: "ml.default", reason: "the daemon is shutting down" },
  });
});

test("a helper of Docker gives the login, and one that fails is the reason why there is no image", async () => {
  const helper = (script: string) => {
    const folder = temporaryFolder({
      "config.json": JSON.stringify({ credHelpers: { "registry.example": "keys" } }),
      "docker-credential-keys": `#!/bin/sh\n${script}\n`,
    });
    chmodSync(join(folder, "docker-credential-keys"), 0o755);
    return { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env["PATH"]}` };
  };
  const engine = await simulatedEngine();
  const keys = "image: registry.example/model:4\nrestart: never";
  const locked = await dockerProject(engine, keys, helper("echo locked; exit 1"));
  expect((await ask(locked.app)).status).toBe(503);
  expect(await reasonOf(locked.service)).toBe(
    "docker-credential-keys gave no login for registry.example: locked",
  );
  const open = await dockerProject(engine, keys, helper(`echo '{"Username":"me","Secret":"s3cret"}'`));
  expect((await ask(open.app)).status).toBe(200);
  expect(JSON.parse(Buffer.from(engine.registryHeaders[0]!, "base64").toString())).toEqual({
    ...{ username: "me", password: "s3cret", serveraddress: "registry.example" },
  });
});

test("without Docker: 503, and the reason", async () => {
  const project = mlProject({
    source: "type: docker\nimage: team/model:3\nrestart: never",
    endpoints,
    env: { DOCKER_HOST: "unix:///no/such.sock" },
  });
  onTestFinished(() => project.close());
  const { app, service } = await project.open();
  expect((await ask(app)).status).toBe(503);
  expect(await reasonOf(service)).toContain("/no/such.sock");
});

test("an image of ECR is pulled with the login that AWS gives", async () => {
  const asked: Record<string, unknown>[] = [];
  const aws = createServer((request, response) => {
    asked.push({ ...request.headers });
    const authorizationToken = Buffer.from("AWS:pass").toString("base64");
    const data = { authorizationToken, expiresAt: Date.now() / 1_000 + 43_200 };
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(JSON.stringify({ authorizationData: [data] }));
  }).listen(0, "127.0.0.1");
  await once(aws, "listening");
  onTestFinished(() => void aws.close());
  const engine = await simulatedEngine();
  const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/model:3";
  const { app } = await dockerProjectOfEcr(engine, image, (aws.address() as AddressInfo).port);
  expect((await ask(app)).status).toBe(200);
  expect(asked[0]).toMatchObject({
    "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/ecr\/aws4_request, /,
    ),
  });
  expect(JSON.parse(Buffer.from(engine.registryHeaders.at(-1)!, "base64").toString())).toEqual({
    ...{ username: "AWS", password: "pass", serveraddress: "123456789012.dkr.ecr.eu-west-1.amazonaws.com" },
  });
});

async function dockerProjectOfEcr(engine: SimulatedEngine, image: string, port: number) {
  const project = mlProject({
    source: `type: ecr\nimage: ${image}\nstop_timeout: 2s`,
    endpoints,
    env: {
      DOCKER_HOST: `unix://${engine.socketPath}`,
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${port}`,
    },
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  return project.open();
}

test.each([
  ["no image", "type: docker", ["ml_config.yaml:4:7 CONFIG_KEY_MISSING"]],
  [
    "an image of another registry",
    "type: ecr\nimage: team/model:3",
    ["ml_config.yaml:5:14 CONFIG_VALUE_INVALID"],
  ],
  [
    "a relative volume",
    'type: docker\nimage: a\nvolumes: ["a:/b"]',
    ["ml_config.yaml:6:17 CONFIG_VALUE_INVALID"],
  ],
  ["a key of a process", "type: docker\nimage: a\ncwd: b", ["ml_config.yaml:6:7 MODEL_KEY_MISPLACED"]],
  ["a key of a container", "type: process\ncommand: a\nimage: b", ["ml_config.yaml:6:7 MODEL_KEY_MISPLACED"]],
])("%s is a problem of check", (_title, source, problems) => {
  const project = mlProject({ source, endpoints });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual(problems);
});
