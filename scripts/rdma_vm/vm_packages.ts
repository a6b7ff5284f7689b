// Programs and files that the VM needs of the host, and the Debian packages that bring them.

import { existsSync } from "node:fs";

const PROGRAMS = {
  "qemu-system-x86_64": "qemu-system-x86",
  busybox: "busybox-static",
  depmod: "kmod",
  "dpkg-deb": "dpkg",
  setpriv: "util-linux",
  ip: "iproute2",
  rdma: "iproute2",
  ib_write_bw: "perftest",
  fi_info: "libfabric-bin",
} as const;
const FILES = {
  "/usr/include/rdma/fabric.h": "libfabric-dev",
  "/etc/libibverbs.d/rxe.driver": "ibverbs-providers",
} as const;

/** Why this host cannot start the VM, with the next step; null: nothing is missing. */
export function missingForVm(): string | null {
  // The VM runs the host's own Bun.
  if (process.arch !== "x64")
    return `the VM is an x86-64 machine and this host's programs are ${process.arch}`;
  const packages = new Set<string>([
    ...Object.entries(PROGRAMS)
      .filter(([program]) => Bun.which(program) === null)
      .map(([, debian]) => debian),
    ...Object.entries(FILES)
      .filter(([path]) => !existsSync(path))
      .map(([, debian]) => debian),
  ]);
  if (packages.size === 0) return null;
  return `packages are missing. Next: apt-get update && apt-get install -y --no-install-recommends ${[...packages].sort().join(" ")}`;
}
