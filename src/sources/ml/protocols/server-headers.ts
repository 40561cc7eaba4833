import type { MlSettings } from "../settings.js";

/** Written headers are laid over what is sent without being asked for; credentials are laid over them. */
export function serverHeaders(
  { headers, auth }: MlSettings,
  fromUrl: string | undefined,
): ReadonlyMap<string, string> {
  const all = new Map([["user-agent", "orchestrator-api-service"]]);
  if (fromUrl !== undefined) all.set("authorization", fromUrl);
  for (const [name, value] of headers) all.set(name.toLowerCase(), value);
  if (auth?.kind === "header") all.set(auth.name.toLowerCase(), auth.value.reveal());
  return all;
}
