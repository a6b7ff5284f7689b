// Runs a shell script inside a VM with Soft-RoCE, on the host's own files: no device, no privilege and no KVM needed. The VM's
// serial console is the only way out.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { AcceleratorChoice } from "./accelerator.ts";
import { qemuArguments } from "./qemu_arguments.ts";
import { buildInitramfs } from "./vm_image.ts";
import type { VmKernel } from "./vm_kernel.ts";

export interface VmRun {
  readonly choice: AcceleratorChoice;
  /** Soft-RoCE was there and the script began. */
  readonly came_up: boolean;
  /** of the script; null: the VM did not get to its end. */
  readonly exit_code: number | null;
  readonly wall_s: number;
  /** What the console showed. */
  readonly console: string;
  /** Killed because it took too long to come up, or to end. */
  readonly timed_out: boolean;
}

export interface VmOptions {
  readonly kernel: VmKernel;
  readonly memory_mib: number;
  /** To come up, and to end. */
  readonly up_timeout_s: number;
  readonly timeout_s: number;
  /** Called with each whole line as it comes. */
  readonly onLine: (line: string) => void;
}

const UP = "rdma_vm: up";

/** By the first accelerator under which the VM comes up; else the last one's run. */
export async function bootVm(
  command: string,
  choices: readonly AcceleratorChoice[],
  options: VmOptions,
): Promise<Result<VmRun, string>> {
  const folder = mkdtempSync(join(tmpdir(), "tierbench-vm-"));
  try {
    const initramfs = buildInitramfs(options.kernel, command, folder);
    if (!initramfs.ok) return initramfs;
    let run: VmRun | null = null;
    for (const choice of choices) {
      run = await bootOnce(choice, initramfs.value, options);
      if (run.came_up) break;
    }
    return run === null ? err("no accelerator is left to try") : ok(run);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bootOnce(choice: AcceleratorChoice, initramfs: string, options: VmOptions): Promise<VmRun> {
  const start_ns = Bun.nanoseconds();
  const { kernel, memory_mib } = options;
  options.onLine(`rdma_vm: ${kernel.name} by ${choice.accelerator} (${choice.why})`);
  const machine = { accelerator: choice.accelerator, kernel: kernel.image, initramfs, memory_mib };
  // A VM must not go on when whoever started it is killed.
  const argv = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", ...qemuArguments(machine)];
  const child = Bun.spawn(argv, {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  let timed_out = false;
  const kill = (): void => {
    timed_out = true;
    child.kill("SIGKILL");
  };
  const up_timer = setTimeout(kill, options.up_timeout_s * 1000);
  const timer = setTimeout(kill, options.timeout_s * 1000);
  let came_up = false;
  const text = await readConsole(child.stdout, (line) => {
    if (line === UP) {
      came_up = true;
      clearTimeout(up_timer);
    }
    options.onLine(line);
  });
  await child.exited;
  clearTimeout(up_timer);
  clearTimeout(timer);
  const exit = /^rdma_vm: exit (\d+)/m.exec(text)?.[1];
  const wall_s = (Bun.nanoseconds() - start_ns) / 1e9;
  const exit_code = exit === undefined ? null : Number(exit);
  return { choice, came_up, exit_code, wall_s, console: text, timed_out };
}

async function readConsole(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let line_start = 0;
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true }).replaceAll("\r", "");
    for (let end = text.indexOf("\n", line_start); end >= 0; end = text.indexOf("\n", line_start)) {
      onLine(text.slice(line_start, end));
      line_start = end + 1;
    }
  }
  return text;
}
