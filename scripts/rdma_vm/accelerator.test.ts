import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acceleratorsToTry, readKvmRefusal } from "./accelerator.ts";

test("KVM is tried first where it can be had, and emulation where its VM does not come up", () => {
  expect(acceleratorsToTry("auto", null).map(({ accelerator }) => accelerator)).toEqual(["kvm", "tcg"]);
});

test("a host without KVM emulates, and says why", () => {
  expect(acceleratorsToTry("auto", "/dev/kvm is not there")).toEqual([
    { accelerator: "tcg", why: "no KVM: /dev/kvm is not there" },
  ]);
});

test("an accelerator that is asked for is not replaced by another", () => {
  expect(acceleratorsToTry("kvm", "/dev/kvm is not there").map(({ accelerator }) => accelerator)).toEqual([
    "kvm",
  ]);
  expect(acceleratorsToTry("tcg", null).map(({ accelerator }) => accelerator)).toEqual(["tcg"]);
});

test("KVM needs a device that opens and a processor with vmx or svm", () => {
  const folder = mkdtempSync(join(tmpdir(), "tierbench-kvm-"));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const device = file("kvm", "");
  expect(readKvmRefusal(join(folder, "none"))).toBe(`${join(folder, "none")} is not there`);
  expect(readKvmRefusal(folder)).toBe(`${folder} does not open (EISDIR)`);
  expect(readKvmRefusal(device, file("plain", "flags\t\t: fpu sse avx2\n"))).toContain("neither vmx nor svm");
  expect(readKvmRefusal(device, file("intel", "flags\t\t: fpu vmx sse\n"))).toBeNull();
  expect(readKvmRefusal(device, file("amd", "flags\t\t: fpu svm\n"))).toBeNull();
  rmSync(folder, { recursive: true });
});
