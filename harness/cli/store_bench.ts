// `bun run store-bench`: how fast the embedded store moves objects and answers questions, beside the machine's own limits.

import { arch, cpus, release } from "node:os";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { KIB, MIB } from "../domain/units.ts";
import type { StoreBenchResult } from "../measure/store_bench_figures.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { measureMaster } from "./store_bench_master.ts";
import { type StoreBenchStack, startStoreBenchStack } from "./store_bench_stack.ts";
import { renderStoreBench } from "./store_bench_text.ts";
import { measureTransfers, type TransferCell } from "./store_bench_transfers.ts";

const HELP = `store-bench [options]

Starts a master and an owner in processes of their own and measures put and get of batches to the owner's memory, and what the
master answers, each as a ratio to what this machine's memcpy and sockets do in the same run.

  --full           every size, batch and number of requesters (some minutes); without it a choice of them
  --seconds S      time for each row (default 0.5)
  --keys N         keys resident while the master is asked (default 100000)
  --json           print figures as JSON instead of a Markdown table
  --help           this text

Exit codes: 0 done; 2 usage; 3 a put or a get failed; 4 the store did not start.
`;

const FLAGS = { full: "switch", seconds: "value", keys: "value", json: "switch", help: "switch" } as const;

const COPY_THREADS = 2;
const MEMORY_BYTES = 128 * MIB;
const SEGMENT_BYTES = 640 * MIB;
/** The allocator may not find the last bytes of a full segment. */
const CELL_BYTES_MAX = 512 * MIB;
const RESIDENT_KEYS = 100_000;

const CHOSEN: readonly TransferCell[] = [
  { object_bytes: 4 * KIB, batch: 1, requesters: 1 },
  { object_bytes: 64 * KIB, batch: 1, requesters: 1 },
  { object_bytes: 64 * KIB, batch: 32, requesters: 1 },
  { object_bytes: MIB, batch: 1, requesters: 1 },
  { object_bytes: MIB, batch: 32, requesters: 1 },
  { object_bytes: MIB, batch: 32, requesters: 4 },
  { object_bytes: 16 * MIB, batch: 8, requesters: 1 },
];
const SIZES_BYTES = [4 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, 16 * MIB];
const BATCHES = [1, 8, 32, 128];
const REQUESTERS = [1, 2, 4, 8];

process.exitCode = await storeBench(process.argv.slice(2));

async function storeBench(argv: readonly string[]): Promise<ExitCode> {
  const flags = new FlagReader(argv, FLAGS);
  const budget_s = flags.positive("seconds") ?? 0.5;
  const keys = flags.integer("keys", 1) ?? RESIDENT_KEYS;
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(`store-bench: ${formatConfigProblem(problem)}`);
    return EXIT.USAGE;
  }
  if (flags.has("help")) return print(HELP, EXIT.DONE);
  const cells = flags.has("full") ? everyCell() : CHOSEN;
  const stack = await startStoreBenchStack({
    segment_bytes: Math.max(SEGMENT_BYTES, 5 * KIB * keys),
    requesters: Math.max(...cells.map(({ requesters }) => requesters)),
    memory_bytes: MEMORY_BYTES,
    copy_threads: COPY_THREADS,
  });
  if (!stack.ok) {
    console.error(`store-bench: ${stack.error}`);
    return EXIT.STACK_FAILED;
  }
  try {
    const result = await measure(stack.value, cells, budget_s, keys);
    const text = flags.has("json") ? `${JSON.stringify(result, null, 2)}\n` : renderStoreBench(result);
    const failed = result.transfers.some(({ failed_keys }) => failed_keys > 0);
    return print(text, failed ? EXIT.INVALID_RUN : EXIT.DONE);
  } finally {
    await stack.value.stop();
  }
}

async function measure(
  { requesters, socket_dir }: StoreBenchStack,
  cells: readonly TransferCell[],
  budget_s: number,
  keys: number,
): Promise<StoreBenchResult> {
  const transfers: StoreBenchResult["transfers"][number][] = [];
  const skipped: StoreBenchResult["skipped"][number][] = [];
  for (const [i, cell] of cells.entries()) {
    const reason = whySkipped(cell);
    if (reason !== null) skipped.push({ ...cell, reason });
    else transfers.push(await measureTransfers(requesters, cell, COPY_THREADS, budget_s));
    console.error(`store-bench: ${i + 1} of ${cells.length} rows`);
  }
  const [first] = requesters;
  if (first === undefined) throw new Error("a bench has a requester");
  const master = await measureMaster(first, socket_dir, keys, budget_s);
  const cpu = cpus()[0]?.model ?? arch();
  const host = { cpu, cpus: cpus().length, kernel: release(), bun: Bun.version };
  return { schema_version: 1, host, copy_threads: COPY_THREADS, transfers, skipped, master };
}

function whySkipped({ object_bytes, batch, requesters }: TransferCell): string | null {
  const requester_bytes = object_bytes * batch;
  if (requester_bytes > MEMORY_BYTES) return "more than a requester's memory";
  return requester_bytes * requesters > CELL_BYTES_MAX ? "more than the segment" : null;
}

function everyCell(): TransferCell[] {
  return SIZES_BYTES.flatMap((object_bytes) =>
    BATCHES.flatMap((batch) => REQUESTERS.map((requesters) => ({ object_bytes, batch, requesters }))),
  );
}

function print(text: string, code: ExitCode): ExitCode {
  process.stdout.write(text);
  return code;
}
