import { expect, test } from "vitest";
import { ecrRegion } from "../../../src/connections/docker/ecr-login.js";
import { engineAddress } from "../../../src/connections/docker/engine-address.js";
import { parseImage } from "../../../src/connections/docker/image-name.js";
import { LogFrames } from "../../../src/connections/docker/log-frames.js";
import { loginOfFile, registryHeader } from "../../../src/connections/docker/registry-auth.js";
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

test("what `docker login` has left", () => {
  const auth = Buffer.from("me:pass:word").toString("base64");
  const folder = temporaryFolder({
    "config.json": JSON.stringify({ auths: { "registry.example": { auth }, other: { identitytoken: "t" } } }),
  });
  const env = (name: string) => (name === "DOCKER_CONFIG" ? folder : undefined);
  expect(loginOfFile("registry.example", env)).toEqual({ username: "me", password: "pass:word" });
  expect(loginOfFile("other", env)).toEqual({ identitytoken: "t" });
  expect(loginOfFile(undefined, env)).toBeUndefined();
  expect(loginOfFile("registry.example", () => "/no/such/folder")).toBeUndefined();
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
