// `bun run trace <command> …`: looks into traces of any format, converts them, and makes new ones.

import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { suggestName } from "../config/nearest_name.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { TRACE_HELP } from "./trace/trace_help.ts";
import { traceHits } from "./trace/trace_hits.ts";
import { traceInspect } from "./trace/trace_inspect.ts";
import { traceRewrite } from "./trace/trace_rewrite.ts";
import { traceSynth } from "./trace/trace_synth.ts";

const COMMANDS = ["inspect", "convert", "slice", "scale", "hits", "synth"] as const;

process.exit(main(process.argv.slice(2)));

function main(argv: readonly string[]): ExitCode {
  const [name = "", ...given] = argv;
  if (name === "" || argv.includes("--help")) {
    console.log(TRACE_HELP);
    return name === "" ? EXIT.USAGE : EXIT.DONE;
  }
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) {
    return refuse([
      { path: "command", rule: "must be a known name", got: name, next_step: suggestName(name, COMMANDS) },
    ]);
  }
  const outcome = run(
    command,
    given.map((argument) => (argument === "-o" ? "--out" : argument)),
  );
  return Array.isArray(outcome) ? refuse(outcome) : EXIT.DONE;
}

/** What is wrong, or null when all went well. */
function run(command: (typeof COMMANDS)[number], argv: readonly string[]): ConfigProblem[] | null {
  switch (command) {
    case "inspect":
      return traceInspect(argv);
    case "hits":
      return traceHits(argv);
    case "synth":
      return traceSynth(argv);
    case "convert":
    case "slice":
    case "scale":
      return traceRewrite(command, argv);
  }
}

function refuse(problems: readonly ConfigProblem[]): ExitCode {
  for (const problem of problems) console.error(formatConfigProblem(problem));
  console.error("See bun run trace --help.");
  return EXIT.USAGE;
}
