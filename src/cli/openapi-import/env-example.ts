/** The text of `.env.example` with a line for each variable that it lacks. */
export function withVariables(text: string, variables: readonly string[]): string {
  const missing = variables.filter(
    (name) => !new RegExp(`^\\s*#?\\s*(export\\s+)?${name}\\s*=`, "m").test(text),
  );
  if (missing.length === 0) return text;
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return before + missing.map((name) => `${name}=change-me\n`).join("");
}
