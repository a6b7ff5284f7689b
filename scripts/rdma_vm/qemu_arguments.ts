// QEMU's command line for the VM: one processor, no network card, the host's root as a read-only folder, a console on its output.

import type { Accelerator } from "./accelerator.ts";

export interface Machine {
  readonly accelerator: Accelerator;
  readonly kernel: string;
  readonly initramfs: string;
  readonly memory_mib: number;
}

/**
 * An emulated `rep movsb` moves one byte at a time, and a kernel and a libc that see erms copy by it: without, they copy words and
 * vectors, and Soft-RoCE moves more than twice as much.
 */
const CPU: Readonly<Record<Accelerator, string>> = { kvm: "host", tcg: "max,erms=off" };
/** A processor that waits for a lock whose holder has lost its core to a neighbour spins; a single one never does. */
const PROCESSORS = 1;
const KERNEL = "console=ttyS0 quiet panic=-1 random.trust_cpu=on";

export function qemuArguments({ accelerator, kernel, initramfs, memory_mib }: Machine): readonly string[] {
  return [
    ...["-accel", accelerator, "-cpu", CPU[accelerator]],
    ...["-m", String(memory_mib), "-smp", String(PROCESSORS)],
    ...["-kernel", kernel, "-initrd", initramfs, "-append", KERNEL],
    ...["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-nic", "none", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"],
  ];
}
