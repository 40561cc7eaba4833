/** A fenced block of a page: what its fence says it is, and its text. */
export interface Block {
  readonly kind: BlockKind;
  /** For project files: the path; for `upstream saw`: whether the order counts. */
  readonly detail: string;
  readonly text: string;
  /** `page.md:12`, where the block begins. */
  readonly place: string;
}

export type BlockKind =
  "file" | "upstream" | "environment" | "sql" | "request" | "reply" | "saw" | "problems";

/** One behaviour: a project, and what is asked of it and answered, in order. */
export interface Scenario {
  readonly title: string;
  /** What stands before the first heading of the page, then what stands below this one. */
  readonly blocks: readonly Block[];
}

export interface Page {
  readonly title: string;
  readonly scenarios: readonly Scenario[];
}

interface Section {
  readonly title: string;
  readonly blocks: Block[];
}

/**
 * Takes a page apart: `#` is its title, each `##` with requests or problems below it is a scenario. Blocks above the
 * first `##` belong to every scenario. Throws where a fence says something unknown, so that no block is passed over.
 */
export function parsePage(name: string, text: string): Page {
  const sections: Section[] = [{ title: name, blocks: [] }];
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.startsWith("# ")) sections[0] = { title: line.slice(2), blocks: [] };
    else if (line.startsWith("## ")) sections.push({ title: line.slice(3), blocks: [] });
    else if (line.startsWith("```")) {
      const end = lines.indexOf("```", index + 1);
      const place = `${name}:${index + 1}`;
      if (end === -1) throw new Error(`${place}: this block does not end.`);
      const body = lines.slice(index + 1, end).join("\n");
      sections.at(-1)!.blocks.push({ ...fenceOf(line.slice(3).trim(), place), text: body, place });
      index = end;
    }
  }
  return pageOf(sections);
}

function pageOf([first, ...others]: readonly Section[]): Page {
  const { title, blocks } = first!;
  const own = blocks.some(isAssertion) ? [{ title: "as the page says", blocks }] : [];
  const setting = blocks.filter((block) => !isExchange(block));
  const scenarios = others
    .filter((section) => section.blocks.some(isAssertion))
    .map((section) => ({ title: section.title, blocks: [...setting, ...section.blocks] }));
  return { title, scenarios: [...own, ...scenarios] };
}

const isAssertion = ({ kind }: Block): boolean => kind === "reply" || kind === "problems";
const isExchange = ({ kind }: Block): boolean => isAssertion({ kind } as Block) || /request|saw/.test(kind);

const fences: readonly (readonly [RegExp, BlockKind])[] = [
  [/^yaml upstream()$/, "upstream"],
  [/^env()$/, "environment"],
  [/^sql()$/, "sql"],
  [/^http request()$/, "request"],
  [/^http reply()$/, "reply"],
  [/^text upstream saw(, in any order)?$/, "saw"],
  [/^text problems()$/, "problems"],
  [/^(?:yaml|sql|csv) ([\w./-]+\.\w+)$/, "file"],
];

function fenceOf(info: string, place: string): Pick<Block, "kind" | "detail"> {
  for (const [pattern, kind] of fences) {
    const match = pattern.exec(info);
    if (match !== null) return { kind, detail: match[1] ?? "" };
  }
  throw new Error(`${place}: no block is called "${info}".`);
}
