import type { CombineRule, MemberValue } from "../../../contracts/source.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { badResponse } from "../answers/bad-response.js";
import { combineNumbers } from "./combine-numbers.js";

/**
 * One value of those of several models. Numbers are combined wherever they stand, lists and objects part by part; the
 * label of a classifier is that of its combined probabilities, else the one with the most votes. Throws
 * MODEL_BAD_RESPONSE where the values are of different forms.
 */
export function combineValues(rule: CombineRule, members: readonly MemberValue[]): JsonValue {
  if (rule === "object") return Object.fromEntries(members.map(({ name, value }) => [name, value]));
  return combined(
    rule,
    members.map((member) => ({ ...member, value: withoutName(member.value) })),
  );
}

/** Who answered is not the same for all. */
function withoutName(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "model" && name !== "version"));
}

function combined(rule: CombineRule, given: readonly MemberValue[]): JsonValue {
  const members = given.filter(({ value }) => value !== null);
  const [first] = members;
  if (first === undefined) return null;
  const { value } = first;
  if (isJsonObject(value)) {
    requireForm(members, ({ value: other }) => isJsonObject(other));
    return isRow(value) ? combinedRow(rule, members) : combinedFields(rule, Object.keys(value), members);
  }
  if (isJsonList(value)) {
    requireForm(members, ({ value: other }) => isJsonList(other) && other.length === value.length);
    return value.map((_, index) =>
      combined(
        rule,
        partOf(members, (list) => (list as JsonValue[])[index]!),
      ),
    );
  }
  if (typeof value !== "number" || rule === "vote") return mostVoted(members);
  requireForm(members, ({ value: other }) => typeof other === "number");
  return combineNumbers(rule, members as readonly (MemberValue & { readonly value: number })[]);
}

const isRow = (value: JsonObject) => Object.hasOwn(value, "prediction");

/** A classifier's prediction is its label, also where that is a number. */
function combinedRow(rule: CombineRule, members: readonly MemberValue[]): JsonObject {
  const isLabelled = members.every(({ value }) => Object.hasOwn(value as JsonObject, "label"));
  if (!isLabelled) return combinedFields(rule, Object.keys(members[0]!.value as JsonObject), members);
  const numbers = Object.keys(members[0]!.value as JsonObject).filter(
    (name) => name !== "label" && name !== "prediction",
  );
  const parts = combinedFields(rule === "vote" ? "mean" : rule, numbers, members);
  const label =
    rule === "vote" ? votedLabel(members) : (likeliest(parts["probabilities"]) ?? votedLabel(members));
  const asGiven = members.map(({ value }) => (value as JsonObject)["label"]!);
  const known = asGiven.find((each) => String(each) === String(label)) ?? label;
  return { prediction: known, label: known, ...parts };
}

function votedLabel(members: readonly MemberValue[]): JsonValue {
  return mostVoted(partOf(members, (value) => (value as JsonObject)["label"]!));
}

function likeliest(probabilities: JsonValue | undefined): string | undefined {
  if (!isJsonObject(probabilities)) return undefined;
  const entries = Object.entries(probabilities);
  return entries.reduce((best, each) => (Number(each[1]) > Number(best[1]) ? each : best))[0];
}

/** The fields that all members have. */
function combinedFields(
  rule: CombineRule,
  names: readonly string[],
  members: readonly MemberValue[],
): JsonObject {
  const shared = names.filter((name) =>
    members.every(({ value }) => Object.hasOwn(value as JsonObject, name)),
  );
  return Object.fromEntries(
    shared.map((name) => [
      name,
      combined(
        rule,
        partOf(members, (value) => (value as JsonObject)[name]!),
      ),
    ]),
  );
}

function partOf(
  members: readonly MemberValue[],
  part: (value: JsonValue) => JsonValue,
): readonly MemberValue[] {
  return members.map((member) => ({ ...member, value: part(member.value) }));
}

/** The value that most members gave; of several such, that with the greatest weight, else the first as they are listed. */
function mostVoted(members: readonly MemberValue[]): JsonValue {
  const votes = new Map<string, { readonly value: JsonValue; count: number; weight: number }>();
  for (const { value, weight } of members) {
    const key = JSON.stringify(value);
    const found = votes.get(key) ?? { value, count: 0, weight: 0 };
    found.count += 1;
    found.weight += weight;
    votes.set(key, found);
  }
  return [...votes.values()].reduce((best, each) => {
    const isMore = each.count > best.count || (each.count === best.count && each.weight > best.weight);
    return isMore ? each : best;
  }).value;
}

function requireForm(members: readonly MemberValue[], fits: (member: MemberValue) => boolean): void {
  const other = members.find((member) => !fits(member));
  if (other !== undefined)
    throw badResponse(`the answer of "${other.name}" has another form than that of the others`);
}
