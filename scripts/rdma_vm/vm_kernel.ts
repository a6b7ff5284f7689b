// The VM's kernel: the linux-image package of the Debian release that apt knows, unpacked into .cache with the modules that the VM
// loads. Nothing is installed on the host: no boot loader, no hook. What is in the cache is used as it is and needs no network.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { moduleOrder } from "./module_order.ts";
import { runShell } from "./run_shell.ts";

const CACHE = join(import.meta.dir, "..", "..", ".cache", "rdma_vm");
const METAPACKAGE = "linux-image-amd64";
/** What the VM needs beyond what the kernel has built in; modules.dep names the rest. */
const MODULES = [
  "virtio_pci",
  "9pnet_virtio",
  "9p",
  "crc32_generic",
  "crc32c_generic",
  "dummy",
  "ib_uverbs",
  "rdma_ucm",
  "rdma_rxe",
];

export interface VmKernel {
  /** The package: linux-image-6.1.0-56-amd64_6.1.192-2_amd64. */
  readonly name: string;
  readonly image: string;
  /** Paths, each behind what it needs. */
  readonly modules: readonly string[];
}

/** The error says what could not be had. */
export function vmKernel(): Result<VmKernel, string> {
  const cached = cachedKernel();
  if (cached !== null) return ok(cached);
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, "fetch-"));
  try {
    const fetched = fetchKernel(work);
    if (!fetched.ok) return fetched;
    renameSync(fetched.value, join(CACHE, basename(fetched.value)));
  } finally {
    rmSync(work, { recursive: true });
  }
  const kernel = cachedKernel();
  return kernel === null ? err(`${CACHE} does not keep a kernel`) : ok(kernel);
}

function cachedKernel(): VmKernel | null {
  const names = existsSync(CACHE) ? readdirSync(CACHE) : [];
  const name = names
    .filter((entry) => entry.startsWith("linux-image-"))
    .sort()
    .at(-1);
  if (name === undefined) return null;
  const folder = join(CACHE, name);
  const order = readFileSync(join(folder, "order"), "utf8").split("\n");
  return { name, image: join(folder, "vmlinuz"), modules: order.map((module) => join(folder, module)) };
}

/** A folder below `work` of the package's name, with vmlinuz, the modules and their order. */
function fetchKernel(work: string): Result<string, string> {
  const deb = downloadPackage(work);
  if (!deb.ok) return deb;
  const unpacked = runShell(`dpkg-deb -x ${deb.value} root`, work);
  if (!unpacked.ok) return unpacked;
  const root = join(work, "root");
  const version = readdirSync(join(root, "lib", "modules"))[0] ?? "";
  // The package carries no modules.dep.
  const listed = runShell(`depmod -b ${root} ${version}`, work);
  if (!listed.ok) return listed;
  const source = join(root, "lib", "modules", version);
  const order = moduleOrder(
    MODULES,
    readFileSync(join(source, "modules.dep"), "utf8"),
    readFileSync(join(source, "modules.builtin"), "utf8"),
  );
  if (!order.ok) return err(`${deb.value}: ${order.error}`);
  const folder = join(work, basename(deb.value, ".deb"));
  mkdirSync(folder);
  cpSync(join(root, "boot", `vmlinuz-${version}`), join(folder, "vmlinuz"));
  for (const path of order.value) cpSync(join(source, path), join(folder, basename(path)));
  writeFileSync(join(folder, "order"), order.value.map((path) => basename(path)).join("\n"));
  return ok(folder);
}

/** Name of the package's file in `work`. An index older than the archive names packages that are gone. */
function downloadPackage(work: string): Result<string, string> {
  const first = download(work);
  if (first.ok || process.getuid?.() !== 0) return first;
  const updated = runShell("apt-get update -qq", work);
  return updated.ok ? download(work) : first;
}

function download(work: string): Result<string, string> {
  const depends = runShell(`apt-cache depends ${METAPACKAGE}`, work);
  if (!depends.ok) return depends;
  const image = /Depends: (linux-image-\S+)/.exec(depends.value)?.[1];
  if (image === undefined) return err(`apt knows no ${METAPACKAGE}. Next: apt-get update, on Debian`);
  const got = runShell(`apt-get download -qq ${image}`, work);
  if (!got.ok) return err(`the kernel could not be fetched (${got.error}). Next: apt-get update`);
  const deb = readdirSync(work).find((name) => name.endsWith(".deb"));
  return deb === undefined ? err(`apt-get download ${image} left no package`) : ok(deb);
}
