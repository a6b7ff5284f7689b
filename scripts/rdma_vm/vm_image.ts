// What the VM boots from: a Debian kernel with its modules, taken from /boot or unpacked from the linux-image package into
// .cache, and an initramfs of BusyBox, those modules and init.sh. Nothing of it is installed on the host.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { assert, present } from "../../harness/domain/assert.ts";

const CACHE = join(import.meta.dir, "..", "..", ".cache", "rdma_vm");
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
const PROGRAMS = {
  "qemu-system-x86_64": "qemu-system-x86",
  busybox: "busybox-static",
  depmod: "kmod",
  ip: "iproute2",
  rdma: "iproute2",
  ib_write_bw: "perftest",
  fi_info: "libfabric-bin",
} as const;

export interface VmImage {
  readonly kernel: string;
  readonly initramfs: string;
}

/** Packages that a host lacks for the VM; empty: none. */
export function missingPackages(): string[] {
  const missing = Object.entries(PROGRAMS).filter(([program]) => Bun.which(program) === null);
  const packages = new Set<string>(missing.map(([, debian]) => debian));
  if (!existsSync("/usr/include/rdma/fabric.h")) packages.add("libfabric-dev");
  if (!existsSync("/etc/libibverbs.d/rxe.driver")) packages.add("ibverbs-providers");
  return [...packages].sort();
}

/** `command`: a shell script that runs in the VM, inside the host's root. */
export function buildImage(command: string, folder: string): VmImage {
  const root = kernelRoot();
  const version = present(readdirSync(join(root, "lib", "modules"))[0], "a kernel has modules");
  const tree = join(folder, "tree");
  mkdirSync(join(tree, "bin"), { recursive: true });
  mkdirSync(join(tree, "modules"));
  cpSync(present(Bun.which("busybox"), "busybox is installed"), join(tree, "bin", "busybox"));
  cpSync(join(import.meta.dir, "init.sh"), join(tree, "init"));
  writeFileSync(join(tree, "command"), command);
  const order = moduleOrder(join(root, "lib", "modules", version));
  for (const path of order) cpSync(path, join(tree, "modules", basename(path)));
  writeFileSync(join(tree, "modules", "order"), order.map((path) => basename(path)).join("\n"));
  const initramfs = join(folder, "initramfs");
  sh(`chmod 755 init bin/busybox && find . | busybox cpio -o -H newc > ${initramfs}`, tree);
  return { kernel: join(root, "boot", `vmlinuz-${version}`), initramfs };
}

/** A folder that holds boot/ and lib/modules/ of one kernel. */
function kernelRoot(): string {
  const root = join(CACHE, "kernel");
  if (existsSync(join(root, "boot"))) return root;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, "fetch-"));
  const depends = sh("apt-cache depends linux-image-amd64", made);
  const name = present(
    /Depends: (linux-image-\S+)/.exec(depends)?.[1],
    "apt knows linux-image-amd64 (if not: apt-get update)",
  );
  sh(
    `apt-get download ${name} && dpkg-deb -x ${name}_*.deb root && rm ${name}_*.deb && mv root ${root}`,
    made,
  );
  rmSync(made, { recursive: true });
  return root;
}

/** Paths of MODULES and what they depend on, each behind what it needs. */
function moduleOrder(folder: string): string[] {
  const needs = new Map<string, readonly string[]>();
  for (const line of dependencyLines(folder)) {
    const [path = "", rest = ""] = line.split(":");
    needs.set(path, rest.trim().split(/\s+/).filter(Boolean));
  }
  const order = new Set<string>();
  const add = (path: string) => {
    for (const needed of needs.get(path) ?? []) add(needed);
    order.add(path);
  };
  const built_in = readFileSync(join(folder, "modules.builtin"), "utf8");
  for (const name of MODULES) {
    const path = [...needs.keys()].find((candidate) => candidate.endsWith(`/${name}.ko`));
    assert(path !== undefined || built_in.includes(`/${name}.ko`), `the kernel has ${name}`);
    if (path !== undefined) add(path);
  }
  return [...order].map((path) => join(folder, path));
}

/** The package carries no modules.dep: depmod makes it. */
function dependencyLines(folder: string): string[] {
  const path = join(folder, "modules.dep");
  if (!existsSync(path)) sh(`depmod -b ${join(folder, "..", "..", "..")} ${basename(folder)}`, folder);
  return readFileSync(path, "utf8").trim().split("\n");
}

function sh(command: string, cwd: string): string {
  const run = Bun.spawnSync(["sh", "-ec", command], { cwd });
  assert(run.exitCode === 0, `${command}: ${run.stderr.toString().trim().slice(-500)}`);
  return run.stdout.toString();
}
