/** Shorter ones would hide half of what is printed, and hide nothing worth hiding. */
const shortestSecret = 4;

/** Replaces secret values by stars, wherever they flowed, as they are and as JSON writes them. */
export function maskOf(secrets: Iterable<string>): (text: string) => string {
  const values = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    values.add(secret);
    values.add(JSON.stringify(secret).slice(1, -1));
  }
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const value of longestFirst) if (masked.includes(value)) masked = masked.replaceAll(value, "***");
    return masked;
  };
}
