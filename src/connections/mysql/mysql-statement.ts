/** One statement, decided when the configuration is loaded. */
export interface MysqlStatement {
  /** SQL with the placeholder `?`, in pieces: between two of them stands a list, whose length a call decides. */
  readonly pieces: readonly string[];
  /** Reads run on read-only sessions. */
  readonly effect: "read" | "write";
  readonly returns: "many" | "one" | "value" | "none";
  /** More rows than this fail. */
  readonly maxRows: number;
  /** Whether `last_insert_id` is its own. */
  readonly inserts: boolean;
  readonly changesRows: boolean;
}

export type MysqlScalar = null | number | bigint | string;
export type MysqlValue = MysqlScalar | readonly MysqlScalar[];

const emptyList = "SELECT NULL FROM DUAL WHERE FALSE";

/**
 * The statement with its lists written out. A list is filled up to a power of two by its last item, so that few texts,
 * and so few prepared statements, serve every length.
 */
export function expanded(
  { pieces }: MysqlStatement,
  values: readonly MysqlValue[],
): { readonly text: string; readonly values: readonly MysqlScalar[] } {
  let text = pieces[0]!;
  let piece = 1;
  const flat: MysqlScalar[] = [];
  for (const value of values) {
    if (!isList(value)) {
      flat.push(value);
      continue;
    }
    const count = value.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(value.length));
    text += (count === 0 ? emptyList : Array(count).fill("?").join(",")) + pieces[piece++]!;
    for (let index = 0; index < count; index++) flat.push(value[Math.min(index, value.length - 1)]!);
  }
  return { text, values: flat };
}

function isList(value: MysqlValue): value is readonly MysqlScalar[] {
  return Array.isArray(value);
}
