import { describe, expect, test } from "vitest";
import type { ProjectTrees } from "../../../src/config/reading/read-project.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import { memoryHost } from "./memory-host.js";
import { plain, readInMemory } from "./reading.js";

/** All of a project as plain values. */
function all(project: ProjectTrees | undefined): unknown {
  return {
    config: plain(project?.config),
    global: Object.fromEntries([...project!.global].map(([name, tree]) => [name, plain(tree)])),
    domains: project!.domains.map(({ name, file, main, own }) => ({
      name,
      file,
      main: plain(main),
      own: Object.fromEntries([...own].map(([known, tree]) => [known, plain(tree)])),
    })),
  };
}

describe("a project", () => {
  test("is read into its files by what they are", () => {
    const { project, lines } = readInMemory({
      "config/config.yaml": "a: 1",
      "config/database.yml": "b: 2",
      "config/integrations/api_sources.yaml": "c: 3",
      "config/domains/orders.yaml": "d: 4",
      "config/domains/customers/customers.yml": "e: 5",
      "config/domains/customers/database.yaml": "f: 6",
      "config/domains/customers/integrations/api_sources.yaml": "g: 7",
      "config/domains/accounts.yaml": "h: 8",
      "config/domains/accounts/database.yaml": "i: 9",
    });
    expect(lines).toEqual([]);
    expect(all(project)).toEqual({
      config: { a: 1 },
      global: { database: { b: 2 }, "integrations/api_sources": { c: 3 } },
      domains: [
        {
          name: "accounts",
          file: "config/domains/accounts.yaml",
          main: { h: 8 },
          own: { database: { i: 9 } },
        },
        {
          name: "customers",
          file: "config/domains/customers/customers.yml",
          main: { e: 5 },
          own: { database: { f: 6 }, "integrations/api_sources": { g: 7 } },
        },
        { name: "orders", file: "config/domains/orders.yaml", main: { d: 4 }, own: {} },
      ],
    });
    expect(project?.files).toHaveLength(9);
    expect(project?.files).toContain("/project/config/domains/customers/database.yaml");
  });

  test("may lay a domain with a folder over a flat one, and the other way round", () => {
    const { project, lines } = readInMemory({
      "config/base/domains/orders.yaml": "a: 1\nb: 1",
      "config/base/domains/customers/customers.yaml": "a: 1\nb: 1",
      "config/base/domains/customers/database.yaml": "a: 1",
      "config/base/domains/only.yaml": "a: 1",
      "config/development/domains/orders/orders.yaml": "b: 2",
      "config/development/domains/orders/database.yaml": "c: 3",
      "config/development/domains/customers.yml": "b: 2",
      "config/development/domains/more.yaml": "a: 2",
      "config/development/domains/only/database.yml": "d: 4",
    });
    expect(lines).toEqual([]);
    expect(all(project)).toMatchObject({
      domains: [
        {
          name: "customers",
          file: "config/base/domains/customers/customers.yaml",
          main: { a: 1, b: 2 },
          own: { database: { a: 1 } },
        },
        { name: "more", main: { a: 2 } },
        { name: "only", main: { a: 1 }, own: { database: { d: 4 } } },
        {
          name: "orders",
          file: "config/base/domains/orders.yaml",
          main: { a: 1, b: 2 },
          own: { database: { c: 3 } },
        },
      ],
    });
  });

  test("passes over entries that begin with a dot", () => {
    const files = {
      "config/config.yaml": "a: 1",
      "config/..data/config.yaml": "a: 2",
      "config/.DS_Store": new Uint8Array([0]),
      "config/domains/.hidden.yaml": "[",
      "config/integrations/.x": "",
    };
    expect(readInMemory(files).lines).toEqual([]);
  });

  test("has empty mappings for empty files", () => {
    const { project, lines } = readInMemory({
      "config/config.yaml": "",
      "config/domains/x.yaml": "# nothing yet\n",
    });
    expect(lines).toEqual([]);
    expect(all(project)).toMatchObject({ config: {}, domains: [{ name: "x", main: {} }] });
  });
});

describe("files that mean nothing", () => {
  test.each([
    ["config/databse.yaml", 'Did you mean "database.yaml"?'],
    ["config/domain/x.yaml", 'Did you mean "domains"?'],
    ["config/config.yaml.bak", 'Did you mean "config.yaml"?'],
    ["config/notes.txt", "Known: config.yaml, database.yaml, domains, integrations."],
    ["config/integrations/api_source.yaml", 'Did you mean "api_sources.yaml"?'],
    ["config/integrations/deep/x.yaml", "Known: api_sources.yaml, feast_config.yaml, ml_config.yaml."],
    ["config/domains/README.md", "Known: <domain>.yaml."],
    ["config/domains/shop/endpoints.yaml", "Known: shop.yaml, database.yaml, integrations."],
    [
      "config/domains/shop/integrations/api.txt",
      "Known: api_sources.yaml, feast_config.yaml, ml_config.yaml.",
    ],
  ])("%s", (path, hint) => {
    const { lines, problems } = readInMemory({
      "config/database.yaml": "",
      "config/domains/shop/shop.yaml": "",
      [path]: "a: 1",
    });
    const place = path.replace(/(domain|deep)\/x\.yaml$/, "$1");
    expect(lines).toEqual([`${place}:1:1 FILE_UNKNOWN`]);
    expect(problems[0]?.hint).toContain(hint);
    expect(problems[0]?.message).toContain(`"${place}"`);
  });

  test("are reported together with all else", () => {
    const { lines } = readInMemory({
      "config/config.yaml": "a: [",
      "config/x.txt": "",
      "config/database.yaml": "a: 1\na: 2\n",
      "config/domains/a.yaml": "b: ${NOPE}",
    });
    expect(lines).toEqual([
      "1:5 YAML_SYNTAX",
      "config/database.yaml:2:1 YAML_KEY_DUPLICATE",
      "config/domains/a.yaml:1:4 VARIABLE_UNSET",
      "config/x.txt:1:1 FILE_UNKNOWN",
    ]);
  });
});

describe("two files for one thing", () => {
  test.each([
    ["both endings", ["config/database.yaml", "config/database.yml"]],
    ["both endings of config", ["config/config.yaml", "config/config.yml"]],
    ["both endings of a domain", ["config/domains/a.yaml", "config/domains/a.yml"]],
    ["a flat domain and one with its own main file", ["config/domains/a.yaml", "config/domains/a/a.yaml"]],
    ["both endings of an own file", ["config/domains/a/database.yaml", "config/domains/a/database.yml"]],
  ])("%s", (_name, [first, second]) => {
    const main = first === "config/domains/a/database.yaml" ? { "config/domains/a/a.yaml": "" } : {};
    const { lines, problems, project } = readInMemory({ ...main, [first!]: "a: 1", [second!]: "a: 2" });
    expect(lines.map((line) => line.replace(/^1:1/, `${second}:1:1`))).toEqual([
      `${second}:1:1 FILE_DUPLICATE`,
    ]);
    expect(problems[0]?.message).toBe(`"${second}" and "${first}" stand for the same file.`);
    expect(project?.files).not.toContain(`/project/${second}`);
  });
});

describe("domains", () => {
  test.each(["1st", "my.shop", "_x", "größe"])("cannot be named %j", (name) => {
    const { lines, project } = readInMemory({
      [`config/domains/${name}.yaml`]: "",
      "config/domains/ok.yaml": "",
    });
    expect(lines).toEqual([`config/domains/${name}.yaml:1:1 FILE_NAME_INVALID`]);
    expect(project?.domains.map((domain) => domain.name)).toEqual(["ok"]);
  });

  test("with a folder need a main file in one of the layers", () => {
    const { lines, problems, project } = readInMemory({ "config/domains/shop/database.yaml": "a: 1" });
    expect(lines).toEqual(["config/domains/shop:1:1 FILE_DOMAIN_MISSING"]);
    expect(problems[0]?.hint).toContain('"config/domains/shop/shop.yaml"');
    expect(project?.domains).toEqual([]);
  });
});

describe("files that cannot be understood", () => {
  test.each([
    ["with a syntax error", "a: [", "1:5 YAML_SYNTAX"],
    ["that are lists", "- 1", "1:1 YAML_ROOT_INVALID"],
    ["with a NUL in them", "a: x\0y", "1:1 FILE_NOT_TEXT"],
    ["in another encoding than UTF-8", new Uint8Array([0x61, 0x3a, 0x20, 0xe9]), "1:1 FILE_NOT_TEXT"],
    ["in UTF-16", new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3a, 0]), "1:1 FILE_NOT_TEXT"],
    ["that are links to nothing", { link: "broken" } as const, "1:1 FILE_LINK_BROKEN"],
    ["that cannot be read", { unreadable: "permission is denied" }, "1:1 FILE_UNREADABLE"],
  ])("%s are problems, and named as broken", (_name, content, line) => {
    const { lines, project } = readInMemory({
      "config/domains/shop.yaml": content,
      "config/domains/ok.yaml": "a: 1",
    });
    expect(lines).toEqual([`config/domains/shop.yaml:${line}`]);
    expect(project?.brokenFiles).toEqual(["config/domains/shop.yaml"]);
    expect(project?.domains.map(({ main }) => plain(main))).toEqual([{ a: 1 }, {}]);
  });

  test("name no absolute path", () => {
    const { problems } = readInMemory({ "config/config.yaml": { unreadable: "permission is denied" } });
    expect(problems[0]?.message).toBe('The file "config/config.yaml" cannot be read: permission is denied.');
  });

  test("are in folders that cannot be listed", () => {
    const host = memoryHost({ "config/config.yaml": "a: 1", "config/domains/x.yaml": "" });
    const list = (path: string) => {
      if (!path.endsWith("/domains")) return host.files.list(path);
      throw failure("FILE_UNREADABLE", { path, reason: "permission is denied" });
    };
    const closed = { ...host, files: { ...host.files, list } };
    expect(readInMemory({}, {}, { host: closed }).lines).toEqual(["config/domains:1:1 FILE_UNREADABLE"]);
    const shut = {
      ...host,
      files: { ...host.files, list: () => list("/project/config/domains") },
    };
    expect(readInMemory({}, {}, { host: shut }).lines).toEqual(["config:1:1 FILE_UNREADABLE"]);
  });

  test("are folders where files should be", () => {
    const { lines } = readInMemory({ "config/database.yaml/x": "", "config/domains/a.yaml/x": "" });
    expect(lines).toEqual([
      "config/database.yaml:1:1 FILE_IS_FOLDER",
      "config/domains/a.yaml:1:1 FILE_IS_FOLDER",
    ]);
  });

  test("do not hide the layer below them", () => {
    const { project } = readInMemory({
      "config/base/config.yaml": "a: 1",
      "config/development/config.yaml": "a: [",
    });
    expect(plain(project?.config)).toEqual({ a: 1 });
    expect(project?.brokenFiles).toEqual(["config/development/config.yaml"]);
  });

  test("may begin with a byte order mark", () => {
    const { project, lines } = readInMemory({ "config/config.yaml": "\uFEFFa: ${NOPE}\r\nb: 1\r\n" });
    expect(lines).toEqual(["1:4 VARIABLE_UNSET"]);
    expect(plain(project?.config)).toEqual({ a: "<unset>", b: 1 });
  });
});
