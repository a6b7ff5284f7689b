// `bun run store-bench`: how fast the embedded store moves objects and answers questions, beside the machine's own limits.

import { arch, cpus, release } from "node:os";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { KIB, MIB } from "../domain/units.ts";
import type { StoreBenchResult, TransferCell, TransferFigures } from "../measure/store_bench_figures.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { type ChosenPath, chooseBenchPath } from "./store_bench/choose_bench_path.ts";
import { LIMIT_NAMES, openPathLimit } from "./store_bench/path_limit.ts";
import { rowProgress } from "./store_bench/row_progress.ts";
import { measureCore } from "./store_bench/store_bench_core.ts";
import { renderCore } from "./store_bench/store_bench_core_text.ts";
import { measureDisk } from "./store_bench/store_bench_disk.ts";
import { renderDisk } from "./store_bench/store_bench_disk_text.ts";
import { measureMaster } from "./store_bench/store_bench_master.ts";
import { type MooncakeBench, startMooncakeBench } from "./store_bench/store_bench_mooncake.ts";
import { measureObjects } from "./store_bench/store_bench_objects.ts";
import { renderObjects } from "./store_bench/store_bench_objects_text.ts";
import { measureProvider, renderProvider } from "./store_bench/store_bench_provider.ts";
import { type StoreBenchStack, startStoreBenchStack } from "./store_bench/store_bench_stack.ts";
import { renderStoreBench } from "./store_bench/store_bench_text.ts";
import { measureTransfers } from "./store_bench/store_bench_transfers.ts";
import { warmBenchStore } from "./store_bench/warm_bench_store.ts";

const HELP = `store-bench [options]

Starts a master and an owner in processes of their own and measures put and get of batches to the owner's memory, and what the
master answers, each as a ratio to what this machine's memcpy and sockets do in the same run.

  --full           every size, batch and number of requesters (some minutes); without it a choice of them
  --path P         shm (default), tcp or rdma: how requesters reach the segment; the last two from another node
  --provider P     only this, with --path rdma: 1 MiB batches by libfabric's provider P on this host ("tcp;ofi_rxm" needs no
                   device), beside plain sockets and a plain TCP stream
  --compare S      mooncake: the same cells of one requester on a real Mooncake (scripts/install_mooncake; needs root for a network namespace)
  --seconds S      time for each row (default 0.5)
  --keys N         keys resident while the master is asked (default 100000)
  --core           only this: random operations on the master's core alone, every answer compared with the reference model
  --objects N      only this: memory and standstills of a master process with N objects (10000000 take some 1.5 GB and two minutes)
  --disk DIR       only this: a file under DIR written and read by the data plane, beside fio in turn
  --json           print figures as JSON instead of a Markdown table
  --help           this text

Ratios marked ~ are of a machine that was busy. As root, "chrt -f 10 bun run store-bench" makes the neighbours wait instead.

Exit codes: 0 done; 2 usage; 3 a put or a get failed, or an answer was not the model's; 4 the store did not start.
`;

const FLAGS = {
  full: "switch",
  path: "value",
  provider: "value",
  compare: "value",
  seconds: "value",
  keys: "value",
  core: "switch",
  objects: "value",
  disk: "value",
  json: "switch",
  help: "switch",
} as const;

const COPY_THREADS = 2;
const MEMORY_BYTES = 128 * MIB;
const SEGMENT_BYTES = 640 * MIB;
/** The allocator may not find the last bytes of a full segment. */
const CELL_BYTES_MAX = 512 * MIB;
const RESIDENT_KEYS = 100_000;
const LEAST_OBJECTS = 100_000;

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
  const objects = flags.integer("objects", LEAST_OBJECTS);
  if (flags.problems.length > 0) {
    for (const problem of flags.problems) console.error(`store-bench: ${formatConfigProblem(problem)}`);
    return EXIT.USAGE;
  }
  if (flags.has("help")) return print(HELP, EXIT.DONE);
  if (flags.has("core")) return benchCore(flags.has("json"), budget_s);
  const disk = flags.text("disk");
  if (disk !== undefined) return benchDisk(flags.has("json"), disk);
  if (objects !== undefined) return benchObjects(flags.has("json"), objects, budget_s);
  const provider = flags.text("provider");
  if (provider !== undefined) return benchProvider(flags, provider);
  return benchStore(flags, budget_s, keys);
}

async function benchProvider(flags: FlagReader, provider: string): Promise<ExitCode> {
  if (flags.text("path") !== "rdma") return fail("--provider: must go with --path rdma.", EXIT.USAGE);
  const measured = await measureProvider(provider);
  if (!measured.ok) return fail(measured.error, EXIT.STACK_FAILED);
  const text = flags.has("json")
    ? `${JSON.stringify(measured.value, null, 2)}\n`
    : renderProvider(measured.value);
  const is_wrong = measured.value.paths.some((path) => path.failed_ops + path.corrupt_pieces > 0);
  return print(text, is_wrong ? EXIT.INVALID_RUN : EXIT.DONE);
}

async function benchStore(flags: FlagReader, budget_s: number, keys: number): Promise<ExitCode> {
  const chosen = chooseBenchPath(flags.text("path") ?? "shm");
  if (!chosen.ok) return fail(chosen.error, EXIT.USAGE);
  const compare = flags.text("compare");
  if (compare !== undefined && compare !== "mooncake")
    return fail(`--compare: must be mooncake, got ${compare}.`, EXIT.USAGE);
  await using opened = new AsyncDisposableStack();
  const other = compare === undefined ? null : await startMooncakeBench(SEGMENT_BYTES, MEMORY_BYTES);
  if (other?.ok === false) return fail(`--compare mooncake: ${other.error}`, EXIT.STACK_FAILED);
  opened.defer(() => other?.value.stop());
  const cells = flags.has("full") ? everyCell() : CHOSEN;
  const stack = await startStoreBenchStack({
    segment_bytes: Math.max(SEGMENT_BYTES, 5 * KIB * keys),
    requesters: Math.max(...cells.map(({ requesters }) => requesters)),
    memory_bytes: MEMORY_BYTES,
    copy_threads: COPY_THREADS,
    network: chosen.value.network,
  });
  if (!stack.ok) return fail(stack.error, EXIT.STACK_FAILED);
  opened.defer(() => stack.value.stop());
  const result = await measure(stack.value, chosen.value, other?.value ?? null, cells, budget_s, keys);
  const text = flags.has("json") ? `${JSON.stringify(result, null, 2)}\n` : renderStoreBench(result);
  const failed = result.transfers.some(({ failed_keys }) => failed_keys > 0);
  return print(text, failed ? EXIT.INVALID_RUN : EXIT.DONE);
}

function fail(problem: string, code: ExitCode): ExitCode {
  console.error(`store-bench: ${problem}`);
  return code;
}

function benchCore(json: boolean, budget_s: number): ExitCode {
  const figures = measureCore(budget_s);
  const text = json ? `${JSON.stringify(figures, null, 2)}\n` : renderCore(figures);
  return print(text, figures.first_difference === null ? EXIT.DONE : EXIT.INVALID_RUN);
}

async function benchObjects(json: boolean, objects: number, budget_s: number): Promise<ExitCode> {
  const figures = await measureObjects(objects, budget_s);
  return print(json ? `${JSON.stringify(figures, null, 2)}\n` : renderObjects(figures), EXIT.DONE);
}

async function benchDisk(json: boolean, directory: string): Promise<ExitCode> {
  const result = await measureDisk(directory);
  if (!result.ok) return fail(`--disk ${directory}: ${result.error}`, EXIT.STACK_FAILED);
  const failed = result.value.figures.some(({ failed_ops }) => failed_ops > 0);
  const text = json ? `${JSON.stringify(result.value, null, 2)}\n` : renderDisk(result.value);
  return print(text, failed ? EXIT.INVALID_RUN : EXIT.DONE);
}

async function measure(
  { requesters, socket_dir }: StoreBenchStack,
  { path, why, device }: ChosenPath,
  other: MooncakeBench | null,
  cells: readonly TransferCell[],
  budget_s: number,
  keys: number,
): Promise<StoreBenchResult> {
  const limit = await openPathLimit(path, MEMORY_BYTES, COPY_THREADS, device);
  if (!limit.ok) throw new Error(limit.error.detail);
  const [first] = requesters;
  if (first === undefined) throw new Error("a bench has a requester");
  await warmBenchStore(first);
  const skipped = cells.flatMap((cell) => {
    const reason = whySkipped(cell);
    return reason === null ? [] : [{ ...cell, reason }];
  });
  const rows = cells.length - skipped.length;
  const transfers: TransferFigures[] = [];
  const theirs: TransferFigures[] = [];
  const start_ns = first.plane.now_ns();
  for (const cell of cells) {
    if (whySkipped(cell) !== null) continue;
    transfers.push(await measureTransfers(requesters, cell, limit.value, budget_s));
    if (other !== null && cell.requesters === 1)
      theirs.push(await measureTransfers([other.requester], cell, limit.value, budget_s));
    const spent_ns = first.plane.now_ns() - start_ns;
    console.error(`store-bench: ${rowProgress(cell, transfers.length, rows, spent_ns)}`);
  }
  limit.value.close();
  const master = await measureMaster(first, socket_dir, keys, budget_s);
  const cpu = cpus()[0]?.model ?? arch();
  const host = { cpu, cpus: cpus().length, kernel: release(), bun: Bun.version };
  const taken = { path, why, limit: LIMIT_NAMES[path] };
  return {
    schema_version: 3,
    path: taken,
    host,
    copy_threads: COPY_THREADS,
    transfers,
    skipped,
    master,
    compared: other === null ? null : { store: `mooncake ${other.version}`, transfers: theirs },
  };
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
