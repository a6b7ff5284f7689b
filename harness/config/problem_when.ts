import type { ConfigProblem } from "./config_problem.ts";

/** The problem where its rule is broken, else none. */
export function problemWhen(broken: boolean, problem: ConfigProblem): ConfigProblem[] {
  return broken ? [problem] : [];
}
