import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "tb-doctor-"));
afterAll(() => rmSync(directory, { recursive: true }));

function doctor(...args: string[]): { code: number; out: string; err: string } {
  const ran = Bun.spawnSync([process.execPath, join(import.meta.dir, "doctor.ts"), ...args], {
    cwd: directory,
  });
  return { code: ran.exitCode, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

test("doctor prints the facts of a host without RDMA, and says why there are none of those", () => {
  const { code, out } = doctor("--sysfs", directory);
  expect(code).toBe(0);
  expect(out).toContain("/dev/shm");
  expect(out).toMatch(/disk path +(io_uring\+direct|pread\+direct|pread\+buffered)/);
  expect(out).toContain("n/a (no device under /sys/class/infiniband)");
  expect(out).toMatch(/to hosts +tcp: .*no RDMA device/);
});

test("doctor says which device would be taken to other hosts, and why", () => {
  const port = join(directory, "rdma", "class", "infiniband", "rxe0", "ports", "1");
  mkdirSync(join(port, "gids"), { recursive: true });
  mkdirSync(join(port, "gid_attrs", "types"), { recursive: true });
  writeFileSync(join(port, "state"), "4: ACTIVE\n");
  writeFileSync(join(port, "gids", "0"), "0000:0000:0000:0000:0000:ffff:0a4d:0001\n");
  writeFileSync(join(port, "gid_attrs", "types", "0"), "RoCE v2\n");
  const { out } = doctor("--sysfs", join(directory, "rdma"));
  expect(out).toMatch(/to hosts +rdma by rxe0: rxe0 is up, GID 0 \(roce_v2\)/);
});

test("doctor --json --config gives the findings of a deployment file with their rule", () => {
  const path = file(
    "bad.yaml",
    "inference: {kv_cache_offload: {type: mooncake, cpu: {num_bytes: 1GiB}, disk: {path: /mnt/p}}}\nlauncher: local\nmaster: {root_fs_dir: /mnt/p}\n",
  );
  const { code, out } = doctor("--json", "--config", path, "--sysfs", directory);
  expect(code).toBe(2);
  const { config } = JSON.parse(out);
  expect(config.findings.map((finding: { lint: string }) => finding.lint)).toEqual([
    "root_fs_dir",
    "offload_on_evict",
  ]);
});

test("doctor --config names every error of a file at once", () => {
  const path = file(
    "broken.yaml",
    "inference: {kv_cache_offload: {type: mooncake}}\nmaster: {rpc_port: 0}\n",
  );
  const { code, out } = doctor("--config", path, "--sysfs", directory);
  expect(code).toBe(2);
  expect(out).toContain("inference.kv_cache_offload.cpu: must be given");
  expect(out).toContain("master.rpc_port");
});

test("doctor refuses a file that is not there and an option that it does not know", () => {
  expect(doctor("--config", "absent.yaml", "--sysfs", directory).out).toContain("must be a readable YAML");
  const { code, err } = doctor("--confg", "x");
  expect(code).toBe(2);
  expect(err).toContain("Did you mean --config?");
});
