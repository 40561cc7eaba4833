import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { parse } from "yaml";
import { loadProject } from "../../src/service.js";
import { startProject, withVariables, writeProject, type Reply, type RunningProject } from "./project.js";
import { comparable, fill, parseReplyPattern, parseRequest } from "./reply-pattern.js";
import type { Block, BlockKind, Scenario } from "./scenario-page.js";
import { startUpstream, type Upstream, type UpstreamReplies } from "./upstream.js";

/** Sets a scenario's project up and holds it to everything that its blocks say, from top to bottom. */
export async function runScenario({ blocks }: Scenario): Promise<void> {
  const files = filesOf(blocks);
  const upstream = await startUpstream(repliesOf(blocks));
  onTestFinished(() => upstream.close());
  const variables = { ENVIRONMENT: "development", ...variablesOf(blocks), UPSTREAM_URL: upstream.url };
  for (const block of ofKind(blocks, "problems")) await expectProblems(block, files, variables);
  if (ofKind(blocks, "reply").length === 0) return;
  await expectReplies(blocks, await startProject(files, variables), upstream);
}

async function expectReplies(
  blocks: readonly Block[],
  project: RunningProject,
  upstream: Upstream,
): Promise<void> {
  let reply: Reply | undefined;
  let seen = 0;
  for (const block of blocks) {
    if (block.kind === "request") reply = await project.send(parseRequest(block.text));
    if (block.kind === "reply") expectReply(reply, block);
    if (block.kind === "saw") seen += await expectSeen(upstream, seen, block);
  }
}

function expectReply(reply: Reply | undefined, { text, place }: Block): void {
  if (reply === undefined) throw new Error(`${place}: there is no request above this reply.`);
  const { found, expected } = comparable(reply, parseReplyPattern(text));
  expect(found, `${place}: ${reply.body}`).toEqual(expected);
}

/** What the upstream got since the block before; a closed connection is noticed a little later, hence the wait. */
async function expectSeen(upstream: Upstream, from: number, { text, detail, place }: Block): Promise<number> {
  const lines = text.split("\n").filter((line) => line !== "");
  const isAnyOrder = detail !== "";
  const inOrder = (all: readonly string[]) => (isAnyOrder ? [...all].sort() : all);
  await expect
    .poll(() => inOrder(upstream.saw().slice(from)), { message: place, timeout: 10_000 })
    .toEqual(inOrder(lines));
  return lines.length;
}

async function expectProblems(
  { text, place }: Block,
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const configPath = join(writeProject(files), "config");
  const { problems } = await withVariables(variables, () => loadProject({ configPath }));
  const found = problems.map(({ location: at, severity, code, message }) => {
    const where = at === undefined ? "" : `${at.file}:${at.line}:${at.column} `;
    return `${where}${severity} ${code} ${message}`;
  });
  const lines = text.split("\n").filter((line) => line !== "");
  expect(found, place).toEqual(fill(lines, found));
}

function filesOf(blocks: readonly Block[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { kind, detail, text } of blocks) {
    if (kind === "file") files[detail] = `${text}\n`;
    if (kind === "sql") files["data/schema.sql"] = `${text}\n`;
  }
  return files;
}

function repliesOf(blocks: readonly Block[]): UpstreamReplies {
  return Object.assign({}, ...ofKind(blocks, "upstream").map(({ text }) => parse(text) as UpstreamReplies));
}

function variablesOf(blocks: readonly Block[]): Record<string, string> {
  const lines = ofKind(blocks, "environment").flatMap(({ text }) => text.split("\n"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function ofKind(blocks: readonly Block[], kind: BlockKind): readonly Block[] {
  return blocks.filter((block) => block.kind === kind);
}
