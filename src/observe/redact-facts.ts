/** Names of facts that are secrets, whatever their value: plug-ins log what they like. In lower case. */
const secretNames = new Set([
  ...["password", "secret", "token", "api_key", "apikey", "authorization", "proxy-authorization"],
  ...["cookie", "set-cookie", "x-api-key", "client_secret", "access_token", "refresh_token"],
]);

type Facts = Record<string, unknown>;

/** The facts of a line, those that are secrets replaced by stars: at the top, and in the objects right below it. */
export function redactFacts(facts: Facts): Facts {
  let redacted = redactOwn(facts);
  for (const name in redacted) {
    const value = redacted[name];
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      continue;
    const below = redactOwn(value as Facts);
    if (below === value) continue;
    if (redacted === facts) redacted = { ...facts };
    redacted[name] = below;
  }
  return redacted;
}

/** The same object where nothing in it is a secret. */
function redactOwn(facts: Facts): Facts {
  let redacted = facts;
  for (const name in facts) {
    if (facts[name] == null || !secretNames.has(name.toLowerCase())) continue;
    if (redacted === facts) redacted = { ...facts };
    redacted[name] = "***";
  }
  return redacted;
}
