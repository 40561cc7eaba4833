import { expect, test } from "vitest";
import { check } from "../../config/check/checking.js";

/** What is wrong with a source of this address and these keys: the place, the reason and what to do. */
function problems(address: string, keys: string): readonly (string | undefined)[] {
  const source = `connection_string: "${address}"\n      ${keys}`;
  const text = `database:\n  sources:\n    default:\n      ${source}\n  operations:\n    one: { query: SELECT 1 }\n`;
  return check({ "config/database.yaml": text }).problems.flatMap(({ location, message, hint }) => [
    `${location?.line}:${location?.column}`,
    message,
    hint,
  ]);
}

test("keys that the kind of database does not have are refused", () => {
  expect(problems("sqlite:///it.db", "ssl: require")).toEqual([
    "5:7",
    '"ssl" has no meaning for SQLite.',
    "Leave it out.",
  ]);
});

test.each(["10.0.0.7", "[fd00::7]"])("`verify-full` of MySQL at the address %s is refused", (host) => {
  expect(problems(`mysql://u@${host}/shop`, "ssl: verify-full")).toEqual([
    "5:12",
    "`verify-full` needs the name of the host: the driver compares no address with a certificate.",
    "Write the name in `connection_string`, or `ssl: verify-ca`.",
  ]);
});

test.each([
  ["mysql://u@db.example/shop", "ssl: verify-full"],
  ["mysql://u@10.0.0.7/shop", "ssl: verify-ca"],
  ["postgresql://u@10.0.0.7/shop", "ssl: verify-full"],
])("%s with `%s` is not", (address, keys) => {
  expect(problems(address, keys)).toEqual([]);
});
