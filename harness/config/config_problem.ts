// What is wrong with a user's input: where, which rule, what was given, what to do next. One sentence form for all of them:
// `topology.prefill[1].tp: must divide gpu_count (8), got 3. Use 1, 2, 4 or 8.`

export interface ConfigProblem {
  /** Dotted path of a setting (`store.disk.path`), or a flag (`--pairs`). */
  readonly path: string;
  /** "must …" or "is …": follows the path. */
  readonly rule: string;
  /** As the user wrote it. */
  readonly got: unknown;
  /** A full sentence. */
  readonly next_step: string;
}

const MAX_GOT_CHARS = 80;

export function formatConfigProblem(problem: ConfigProblem): string {
  return `${problem.path}: ${problem.rule}, got ${describeGot(problem.got)}. ${problem.next_step}`;
}

function describeGot(got: unknown): string {
  if (got === undefined) return "nothing";
  const text = JSON.stringify(got) ?? String(got);
  return text.length <= MAX_GOT_CHARS ? text : `${text.slice(0, MAX_GOT_CHARS)}…`;
}
