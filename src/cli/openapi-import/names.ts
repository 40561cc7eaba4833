/** Words joined by `_` in small letters: `getPetById` and `get-pet.by id` become `get_pet_by_id`, `URLs` `urls`. */
export function snakeCase(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z](?!s(?![a-z]))[a-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
}

/** Names that are all different, and that expressions and operations can have. */
export class NameSet {
  private readonly taken = new Set<string>();
  private readonly prefix: string;

  /** Stands before a name that begins with a digit. */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  add(wanted: string): string {
    const usable = /^[a-z]/i.test(wanted) ? wanted : `${this.prefix}${wanted === "" ? "" : `_${wanted}`}`;
    const safe = ["constructor", "prototype"].includes(usable) ? `${usable}_value` : usable;
    let name = safe;
    for (let number = 2; this.taken.has(name); number++) name = `${safe}_${number}`;
    this.taken.add(name);
    return name;
  }
}
