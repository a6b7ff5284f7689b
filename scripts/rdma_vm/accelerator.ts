// By what QEMU runs the VM: KVM where the host's processor and permissions give it, emulation everywhere else.

import { closeSync, existsSync, openSync, readFileSync } from "node:fs";

export type Accelerator = "kvm" | "tcg";
export const ASKED_ACCELERATORS = ["auto", "kvm", "tcg"] as const;
export type AskedAccelerator = (typeof ASKED_ACCELERATORS)[number];

export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  readonly why: string;
}

/** Null: KVM can be had. */
export type KvmRefusal = string | null;

const EMULATED: AcceleratorChoice = { accelerator: "tcg", why: "KVM was tried and the VM did not come up" };

/** In the order in which they are tried. One that is asked for has no second. */
export function acceleratorsToTry(
  asked: AskedAccelerator,
  refusal: KvmRefusal,
): readonly AcceleratorChoice[] {
  if (asked !== "auto") return [{ accelerator: asked, why: "asked for" }];
  if (refusal !== null) return [{ accelerator: "tcg", why: `no KVM: ${refusal}` }];
  return [{ accelerator: "kvm", why: "the host has KVM" }, EMULATED];
}

/**
 * A /dev/kvm without vmx or svm in the processor is of no use: under a hypervisor that paravirtualises it (PVM), a kernel that does
 * not know of that hangs in its first instructions.
 */
export function readKvmRefusal(device = "/dev/kvm", cpuinfo = "/proc/cpuinfo"): KvmRefusal {
  if (!existsSync(device)) return `${device} is not there`;
  try {
    closeSync(openSync(device, "r+"));
  } catch (error) {
    return `${device} does not open (${error instanceof Error && "code" in error ? error.code : error})`;
  }
  const has_extension = /^flags\s*:.*\b(vmx|svm)\b/m.test(readFileSync(cpuinfo, "utf8"));
  return has_extension ? null : "the processor shows neither vmx nor svm";
}
