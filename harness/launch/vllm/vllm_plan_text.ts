// A launch plan as text that a shell would take: files as here-documents, commands with their environment before them.

import type { LaunchPlan, LaunchStep } from "./vllm_plan.ts";

export function renderLaunchPlan({ files, steps }: LaunchPlan): string {
  return [
    ...files.flatMap(({ path, text }) => [
      `# file ${path}`,
      `cat > ${quote(path)} <<"END"`,
      `${text}END`,
      "",
    ]),
    ...steps.flatMap(renderStep),
    `# stop, in this order: ${steps
      .map(({ name }) => name)
      .toReversed()
      .join(", ")}`,
  ].join("\n");
}

function renderStep({ name, command, directories, ready, notes, host }: LaunchStep): string[] {
  const env = Object.entries(command.env).map(([key, value]) => `${key}=${quote(value)}`);
  const on_host = host.is_head ? "" : ` on ${host.address}`;
  return [
    `# ${name}`,
    ...notes.map((note) => `#   ${note}`),
    ...directories.map((path) => `#   its own directory${on_host}: ${path}`),
    [...env, ...command.argv.map(quote)].join(" "),
    `#   ready when ${ready}`,
    "",
  ];
}

/** A word of a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./<>-]+$/.test(word) && !/[<>]/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
