import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dockerLogin } from "../../../src/connections/docker/docker-login.js";
import { ecrRegion } from "../../../src/connections/docker/ecr-login.js";
import { engineAddress } from "../../../src/connections/docker/engine-address.js";
import { parseImage } from "../../../src/connections/docker/image-name.js";
import { LogFrames } from "../../../src/connections/docker/log-frames.js";
import { registryHeader } from "../../../src/connections/docker/registry-auth.js";
import { OutputLines } from "../../../src/connections/kept/output-lines.js";
import { temporaryFolder } from "../../host/temporary-folder.js";

test.each([
  ["model", "model", "latest", undefined],
  ["model:3", "model", "3", undefined],
  ["team/model:3", "team/model", "3", undefined],
  ["localhost/model", "localhost/model", "latest", "localhost"],
  ["registry.example:5000/team/model", "registry.example:5000/team/model", "latest", "registry.example:5000"],
  ["registry.example/model@sha256:abc", "registry.example/model", "sha256:abc", "registry.example"],
])("%s is taken apart", (image, repository, tag, registry) => {
  expect(parseImage(image)).toEqual({ repository, tag, registry });
});

test("the header of a registry has its padding", () => {
  const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  expect(registryHeader({ username: "AWS", password: "secret" }, registry)).toBe(
    "eyJ1c2VybmFtZSI6IkFXUyIsInBhc3N3b3JkIjoic2VjcmV0Iiwic2VydmVyYWRkcmVzcyI6IjEyMzQ1Njc4OTAxMi5ka3IuZWNyLmV1LXdlc3QtMS5hbWF6b25hd3MuY29tIn0=",
  );
});

test("frames of a log, cut at every place", () => {
  const bytes = Buffer.from("010000000000000672656164790a02000000000000046f6f7073", "hex");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const told: string[] = [];
    const lines = new OutputLines(
      (line, stream) => told.push(`${stream} ${line}`),
      () => 0,
    );
    const frames = new LogFrames(lines);
    frames.add(bytes.subarray(0, cut));
    frames.add(bytes.subarray(cut));
    lines.close();
    expect(told).toEqual(["stdout ready", "stderr oops"]);
  }
});

const basic = (text: string) => Buffer.from(text).toString("base64");

test("what `docker login` has left in its file", async () => {
  const auths = { "registry.example": { auth: basic("me:pass:word") }, other: { identitytoken: "t" } };
  const folder = temporaryFolder({ "config.json": JSON.stringify({ auths }), "broken/config.json": "{" });
  const variables = { DOCKER_CONFIG: folder };
  expect(await dockerLogin("registry.example", variables)).toEqual({ username: "me", password: "pass:word" });
  expect(await dockerLogin("other", variables)).toEqual({ identitytoken: "t" });
  expect(await dockerLogin(undefined, variables)).toBeUndefined();
  expect(await dockerLogin("registry.example", { HOME: "/no/such/folder" })).toBeUndefined();
  const broken = dockerLogin("registry.example", { DOCKER_CONFIG: join(folder, "broken") });
  await expect(broken).rejects.toThrow(`${join(folder, "broken/config.json")} cannot be read: `);
});

/** A folder with a file of Docker and a helper, which answers as a script of the shell says. */
function helped(config: object, script: string): Record<string, string> {
  const folder = temporaryFolder({
    "config.json": JSON.stringify(config),
    "docker-credential-keys": `#!/bin/sh\n${script}\n`,
  });
  chmodSync(join(folder, "docker-credential-keys"), 0o755);
  return { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env["PATH"]}` };
}

test("a credential helper is asked for the server, that of the registry before the one for all", async () => {
  const script = `read server; printf '{"ServerURL":"x","Username":"me at %s","Secret":"%s"}' "$server" "$1"`;
  const store = helped({ credsStore: "keys" }, script);
  expect(await dockerLogin("registry.example", store)).toEqual({
    username: "me at registry.example",
    password: "get",
  });
  expect(await dockerLogin(undefined, store)).toMatchObject({
    username: "me at https://index.docker.io/v1/",
  });
  const one = helped({ credsStore: "missing", credHelpers: { "registry.example": "keys" } }, script);
  expect(await dockerLogin("registry.example", one)).toMatchObject({ password: "get" });
  await expect(dockerLogin("other.example", one)).rejects.toThrow(
    "docker-credential-missing gave no login for other.example: there is no such program",
  );
});

test("what a helper answers: a token, nothing kept, a failure, nonsense", async () => {
  const answer = (script: string) =>
    dockerLogin(
      "registry.example",
      helped({ credsStore: "keys", auths: { "registry.example": { auth: basic("a:b") } } }, script),
    );
  const login = `printf '{"Username":"<token>","Secret":"t"}'`;
  expect(await answer(login)).toEqual({ identitytoken: "t" });
  // The file says it then.
  const nothing = "echo 'credentials not found in native keychain'; exit 1";
  expect(await answer(nothing)).toEqual({ username: "a", password: "b" });
  const failure = (reason: string) => `docker-credential-keys gave no login for registry.example: ${reason}`;
  await expect(answer("echo 'the keychain is locked'; exit 1")).rejects.toThrow(
    failure("the keychain is locked"),
  );
  await expect(answer("exit 3")).rejects.toThrow(failure("it ended with code 3"));
  await expect(answer("echo hello")).rejects.toThrow(failure("its answer has none"));
});

test("where the engine listens", () => {
  const named = (value: string) => engineAddress((name) => (name === "DOCKER_HOST" ? value : undefined));
  expect(named("unix:///run/it.sock")).toEqual({ origin: "http://docker", socketPath: "/run/it.sock" });
  expect(named("tcp://builder:2375")).toEqual({ origin: "http://builder:2375" });
  expect(() => named("ssh://builder")).toThrow("DOCKER_HOST is neither");
  const folder = temporaryFolder({ "ca.pem": "a", "cert.pem": "b", "key.pem": "c" });
  const variables: Record<string, string> = {
    DOCKER_HOST: "tcp://builder:2376",
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: folder,
  };
  expect(engineAddress((name) => variables[name])).toEqual({
    origin: "https://builder:2376",
    tls: { ca: "a", cert: "b", key: "c" },
  });
});

test.each([
  ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/model:3", "eu-west-1"],
  ["123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/model:3", "us-gov-west-1"],
  ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/model", "cn-north-1"],
  ["team/model:3", undefined],
])("the region of %s", (image, region) => {
  expect(ecrRegion(image)).toBe(region);
});
