// Compiles a fabric library if it is not compiled yet. There are two, of one C ABI: that of libfabric, which only who asks for its
// providers needs and a host without libfabric does without, and that of plain sockets, which every host has.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { CACHE_ROOT, type CompileJob, compileOnce, findCompiler, NATIVE_ROOT } from "./compiler.ts";
import type { FabricOpenError } from "./fabric_open_error.ts";

const LANGUAGE = ["-std=c++20", "-pthread", "-Wall", "-Wextra"];
const LIBRARY = ["-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti"];
const LINK = ["-Wl,--no-as-needed", "-lfabric"];

/** What it shares with libtierbench.so. */
const SHARED = ["allocate_file", "block_pattern", "completion_queue", "crc32c", "peer_process", "region"];
const SHARED_HEADERS = [
  ...SHARED,
  "blocked_signals",
  "exact_u64",
  "handle_table",
  "monotonic_clock",
  "slot_ring",
  "stream_store",
];
/** Says which libfabric the output is for; where distributions put it. */
const FABRIC_HEADERS = [
  "/usr/include/rdma/fabric.h",
  "/usr/local/include/rdma/fabric.h",
  "/opt/amazon/efa/include/rdma/fabric.h",
];

export type FabricEngine = "libfabric" | "sockets";

const OUTPUT_NAMES = { libfabric: "libtierbench_fabric.so", sockets: "libtierbench_tcp.so" } as const;

/** Path of the engine's library. */
export function buildFabric(engine: FabricEngine): Result<string, FabricOpenError> {
  const job = fabricJob(engine, LIBRARY, []);
  if (!job.ok) return job;
  return compileOnce({ ...job.value, output_name: OUTPUT_NAMES[engine] });
}

/** A program of the library's sources and `main`. */
export function fabricTestJob(
  engine: FabricEngine,
  main: string,
  output_name: string,
  flags: readonly string[],
): Result<CompileJob, FabricOpenError> {
  const job = fabricJob(engine, ["-O1", "-g", ...flags], [main]);
  return job.ok ? ok({ ...job.value, output_name }) : job;
}

function fabricJob(
  engine: FabricEngine,
  flags: readonly string[],
  more_sources: readonly string[],
): Result<CompileJob, FabricOpenError> {
  const link = engine === "libfabric" ? linkLibfabric() : ok({ headers: [], flags: [] });
  if (!link.ok) return link;
  const compiler = findCompiler();
  if (!compiler.ok) return compiler;
  const folders = ["fabric", engine === "libfabric" ? "libfabric" : "tcp"];
  return ok({
    compiler: compiler.value,
    sources: [
      ...shared(SHARED, ".cc"),
      ...folders.flatMap((folder) => files(folder, ".cc")),
      ...more_sources,
    ],
    headers: [
      ...shared(SHARED_HEADERS, ".h"),
      ...folders.flatMap((folder) => files(folder, ".h")),
      ...ABI_HEADERS,
      ...link.value.headers,
    ],
    flags: [...LANGUAGE, ...flags, ...link.value.flags],
    output_name: "",
    cache_root: CACHE_ROOT,
  });
}

function linkLibfabric(): Result<
  { readonly headers: readonly string[]; readonly flags: readonly string[] },
  FabricOpenError
> {
  const header = FABRIC_HEADERS.find((path) => existsSync(path));
  if (header === undefined) return err(NO_LIBFABRIC);
  const root = header.replace("/include/rdma/fabric.h", "");
  const where = root === "/usr" ? [] : [`-I${root}/include`, `-L${root}/lib`, `-Wl,-rpath,${root}/lib`];
  return ok({ headers: [header], flags: [...LINK, ...where] });
}

const NO_LIBFABRIC: FabricOpenError = {
  code: "no_libfabric",
  detail:
    "this network path is built on libfabric, whose headers are not on this host. " +
    "Install it: apt-get install libfabric-dev",
};

const ABI_HEADERS = ["tierbench.h", "tierbench_fabric.h"].map((name) => join(NATIVE_ROOT, "include", name));

function shared(names: readonly string[], ending: string): string[] {
  return names.map((name) => join(NATIVE_ROOT, "src", `${name}${ending}`));
}

/** Files of native/<folder>/src with this ending, sorted. */
function files(folder: string, ending: ".cc" | ".h"): string[] {
  const path = join(NATIVE_ROOT, folder, "src");
  const names = readdirSync(path).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(path, name));
}
