// `bun run doctor`: what this host can do, and what is wrong with a deployment file. Changes nothing.

import type { RdmaWish } from "../../native/ffi/rdma_choice.ts";
import { type ConfigProblem, formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { readDeploymentFile } from "../config/kv_offload/kv_offload_file.ts";
import { deploymentJsonSchema } from "../config/kv_offload/kv_offload_json_schema.ts";
import { type LintFinding, lintDeployment } from "../config/kv_offload/kv_offload_lint.ts";
import { gatherDoctorFacts } from "./doctor/doctor_facts.ts";
import { type DoctorReport, renderDoctor } from "./doctor/doctor_text.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";

const HELP = `doctor [options]

Prints what this host can do: memory, /dev/shm, disk and the path its I/O takes, Mooncake, RDMA devices, which of them would be
taken to another host and why, and the device of each GPU. With --config it also checks a deployment file.

  --config FILE   a deployment file (YAML or JSON); its errors and what users get wrong are named
  --disk DIR      where the disk tier would be (default: the current directory)
  --sysfs DIR     read devices from there (default: /sys)
  --device-names LIST  choose among these RDMA devices, best first, as link.device_names does (a,b)
  --gid-index N   this address of the device, as link.gid_index does
  --numa-node N   choose as for a process whose memory is there (default: this one's)
  --schema        print the JSON Schema of a deployment file, for editors, and end
  --json          print facts and findings as JSON
  --help          this text

Exit codes: 0 nothing to object to; 2 usage, or the deployment file has errors or warnings.
`;

const FLAGS = {
  config: "value",
  disk: "value",
  sysfs: "value",
  "device-names": "value",
  "gid-index": "value",
  "numa-node": "value",
  schema: "switch",
  json: "switch",
  help: "switch",
} as const;

process.exitCode = await doctor(process.argv.slice(2));

async function doctor(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  const wish = readWish(flags);
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(`doctor: ${formatConfigProblem(problem)}`);
    return EXIT.USAGE;
  }
  if (flags.has("help")) return print(HELP, EXIT.DONE);
  if (flags.has("schema")) return print(`${JSON.stringify(deploymentJsonSchema(), null, 2)}\n`, EXIT.DONE);
  const path = flags.text("config");
  const facts = await gatherDoctorFacts({
    disk_dir: flags.text("disk") ?? process.cwd(),
    sysfs_root: flags.text("sysfs") ?? "/sys",
    wish,
  });
  const report: DoctorReport = { facts, config: path === undefined ? null : { path, ...checkFile(path) } };
  const clean = report.config === null || report.config.problems.length + report.config.findings.length === 0;
  const text = flags.has("json") ? JSON.stringify(report, null, 2) : renderDoctor(report);
  return print(`${text}\n`, clean ? EXIT.DONE : EXIT.USAGE);
}

function readWish(flags: FlagReader): RdmaWish {
  const names = flags.text("device-names") ?? "";
  return {
    device_names: names.split(",").filter((name) => name !== ""),
    gid_index: flags.integer("gid-index", 0) ?? null,
    numa_node: flags.integer("numa-node", 0) ?? null,
  };
}

function checkFile(path: string): { problems: readonly ConfigProblem[]; findings: readonly LintFinding[] } {
  const parsed = readDeploymentFile(path);
  if (!parsed.ok) return { problems: parsed.error, findings: [] };
  return { problems: [], findings: lintDeployment(parsed.value) };
}

function print(text: string, code: ExitCode): ExitCode {
  process.stdout.write(text);
  return code;
}
