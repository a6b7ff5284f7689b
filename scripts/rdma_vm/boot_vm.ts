// Runs a shell script inside a VM with Soft-RoCE, on the host's own files: no device, no privilege and no KVM needed. The VM's
// serial console is the only way out.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "./vm_image.ts";

export interface VmRun {
  /** of the script; null: the VM did not get there. */
  readonly exit_code: number | null;
  readonly wall_s: number;
  /** What the console showed. */
  readonly console: string;
  readonly timed_out: boolean;
}

export interface VmOptions {
  readonly memory_mib: number;
  readonly timeout_s: number;
  /** Called with each whole line as it comes. */
  readonly onLine: (line: string) => void;
}

export async function bootVm(command: string, options: VmOptions): Promise<VmRun> {
  const folder = mkdtempSync(join(tmpdir(), "tierbench-vm-"));
  const start_ns = Bun.nanoseconds();
  try {
    const image = buildImage(command, folder);
    const child = Bun.spawn(
      ["qemu-system-x86_64", ...qemuArguments(image.kernel, image.initramfs, options)],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    let timed_out = false;
    const timer = setTimeout(() => {
      timed_out = true;
      child.kill("SIGKILL");
    }, options.timeout_s * 1000);
    const text = await readConsole(child.stdout, options.onLine);
    await child.exited;
    clearTimeout(timer);
    const exit = /^rdma_vm: exit (\d+)/m.exec(text)?.[1];
    const wall_s = (Bun.nanoseconds() - start_ns) / 1e9;
    return { exit_code: exit === undefined ? null : Number(exit), wall_s, console: text, timed_out };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function qemuArguments(kernel: string, initramfs: string, options: VmOptions): string[] {
  return [
    ...["-accel", "tcg,thread=multi", "-cpu", "max", "-m", String(options.memory_mib), "-smp", "2"],
    ...["-kernel", kernel, "-initrd", initramfs],
    ...["-append", "console=ttyS0 quiet panic=-1 random.trust_cpu=on"],
    ...["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-nic", "none", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"],
  ];
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
