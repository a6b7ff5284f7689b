// Compiles libtierbench_fabric.so if it is not compiled yet. Only who asks for a network path gets here: a host without
// libfabric runs everything else.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { CACHE_ROOT, type CompileJob, compileOnce, findCompiler, NATIVE_ROOT } from "./compiler.ts";
import type { RdmaOpenError } from "./rdma_open_error.ts";

const LANGUAGE = ["-std=c++20", "-pthread", "-Wall", "-Wextra"];
const LIBRARY = ["-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti"];
const LINK = ["-Wl,--no-as-needed", "-lfabric"];

/** What it shares with libtierbench.so. */
const SHARED = ["allocate_file", "completion_queue", "peer_process", "region"];
const SHARED_HEADERS = [...SHARED, "exact_u64", "handle_table", "monotonic_clock"];
/** Says which libfabric the output is for; where distributions put it. */
const FABRIC_HEADERS = [
  "/usr/include/rdma/fabric.h",
  "/usr/local/include/rdma/fabric.h",
  "/opt/amazon/efa/include/rdma/fabric.h",
];

/** Path of libtierbench_fabric.so. */
export function buildFabric(): Result<string, RdmaOpenError> {
  const job = fabricJob(LIBRARY, []);
  if (!job.ok) return job;
  return compileOnce({ ...job.value, output_name: "libtierbench_fabric.so" });
}

/** A program of the library's sources and `main`. */
export function fabricTestJob(
  main: string,
  output_name: string,
  flags: readonly string[],
): Result<CompileJob, RdmaOpenError> {
  const job = fabricJob(["-O1", "-g", ...flags], [main]);
  return job.ok ? ok({ ...job.value, output_name }) : job;
}

function fabricJob(
  flags: readonly string[],
  more_sources: readonly string[],
): Result<CompileJob, RdmaOpenError> {
  const fabric_header = FABRIC_HEADERS.find((path) => existsSync(path));
  if (fabric_header === undefined) return err(NO_LIBFABRIC);
  const compiler = findCompiler();
  if (!compiler.ok) return compiler;
  const root = fabric_header.replace("/include/rdma/fabric.h", "");
  const where = root === "/usr" ? [] : [`-I${root}/include`, `-L${root}/lib`, `-Wl,-rpath,${root}/lib`];
  return ok({
    compiler: compiler.value,
    sources: [...shared(SHARED, ".cc"), ...rdmaSources(".cc"), ...more_sources],
    headers: [...shared(SHARED_HEADERS, ".h"), ...rdmaSources(".h"), ...ABI_HEADERS, fabric_header],
    flags: [...LANGUAGE, ...flags, ...LINK, ...where],
    output_name: "",
    cache_root: CACHE_ROOT,
  });
}

const NO_LIBFABRIC: RdmaOpenError = {
  code: "no_libfabric",
  detail:
    "the network path is built on libfabric, whose headers are not on this host. " +
    "Install it: apt-get install libfabric-dev",
};

const ABI_HEADERS = ["tierbench.h", "tierbench_fabric.h"].map((name) => join(NATIVE_ROOT, "include", name));

function shared(names: readonly string[], ending: string): string[] {
  return names.map((name) => join(NATIVE_ROOT, "src", `${name}${ending}`));
}

/** Files of native/rdma/src with this ending, sorted. */
function rdmaSources(ending: ".cc" | ".h"): string[] {
  const folder = join(NATIVE_ROOT, "rdma", "src");
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(folder, name));
}
