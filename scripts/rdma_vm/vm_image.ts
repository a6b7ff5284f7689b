// What the VM boots from: the kernel of vm_kernel.ts, and an initramfs of BusyBox, the kernel's modules and init.sh.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { present } from "../../harness/domain/assert.ts";
import { ok, type Result } from "../../harness/domain/result.ts";
import { runShell } from "./run_shell.ts";
import type { VmKernel } from "./vm_kernel.ts";

const ROOT = join(import.meta.dir, "..", "..");
/** The VM has its own /tmp and /run; these folders of the host are seen in it wherever they lie. */
const KEPT = [ROOT, dirname(process.execPath)];

/** Path of an initramfs in `folder`. `command`: a shell script that runs in the VM, inside the host's root. */
export function buildInitramfs(kernel: VmKernel, command: string, folder: string): Result<string, string> {
  const tree = join(folder, "tree");
  mkdirSync(join(tree, "bin"), { recursive: true });
  mkdirSync(join(tree, "modules"));
  cpSync(present(Bun.which("busybox"), "busybox is installed"), join(tree, "bin", "busybox"));
  cpSync(join(import.meta.dir, "init.sh"), join(tree, "init"));
  writeFileSync(join(tree, "command"), command);
  writeFileSync(join(tree, "kept"), KEPT.map((path) => `${path}\n`).join(""));
  for (const path of kernel.modules) cpSync(path, join(tree, "modules", basename(path)));
  writeFileSync(join(tree, "modules", "order"), kernel.modules.map((path) => basename(path)).join("\n"));
  const initramfs = join(folder, "initramfs");
  const packed = runShell(
    `chmod 755 init bin/busybox && find . | busybox cpio -o -H newc > ${initramfs}`,
    tree,
  );
  return packed.ok ? ok(initramfs) : packed;
}
