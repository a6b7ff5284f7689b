import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localGid, roceDevice, rocePort, writeSysfs } from "../../native/ffi/rdma_host_fixture.ts";

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

/** Two sockets: InfiniBand and a slower RoCE device on node 0; on node 1 one that is down, one without address, and a function. */
function manyNics(): string {
  const sysfs = mkdtempSync(join(directory, "sysfs-"));
  const infiniband = { ...localGid(0, "ib"), netdev: null };
  writeSysfs(sysfs, [
    roceDevice("mlx5_0", {
      ...{ bdf: "0000:17:00.0", numa_node: 0, netdevs: ["ib0"] },
      ports: [rocePort([infiniband], { link_layer: "InfiniBand", rate: "400 Gb/sec (4X NDR)" })],
    }),
    roceDevice("mlx5_1", { bdf: "0000:18:00.0", numa_node: 0, netdevs: ["eth1"] }),
    roceDevice("mlx5_2", {
      ...{ bdf: "0000:98:00.0", numa_node: 1 },
      ports: [rocePort([], { active: false })],
    }),
    roceDevice("mlx5_3", { bdf: "0000:99:00.0", numa_node: 1, ports: [rocePort([])] }),
    roceDevice("mlx5_4", { bdf: "0000:99:00.2", numa_node: 1, is_virtual_function: true }),
  ]);
  return sysfs;
}

function toHosts(...args: string[]): string[] {
  const lines = doctor("--sysfs", manyNics(), ...args).out.split("\n");
  const first = lines.findIndex((line) => line.startsWith("to hosts"));
  const end = lines.findIndex((line, i) => i > first && !line.startsWith(" "));
  return lines.slice(first, end).map((line) => line.replace(/^(to hosts)? +/, ""));
}

test("doctor names the device that would be taken to other hosts, its address, and why not each other one", () => {
  const [taken, ...others] = toHosts("--numa-node", "0");
  expect(taken).toBe(
    "rdma by mlx5_0: port 1 is active at 400 Gb/sec (4X NDR), GID 0 (InfiniBand, fe80:0000:0000:0000:0000:00ff:fe00:0001); before mlx5_1, for it is faster (400 Gbit/s)",
  );
  expect(others).toEqual([
    "not mlx5_1: could be used, but mlx5_0 is faster (400 Gbit/s)",
    "not mlx5_4: could be used, but mlx5_0 is on NUMA node 0, as this process's memory is",
    "not mlx5_2: port 1 down",
    "not mlx5_3: port 1 active, but without an address (no GID is set)",
    expect.stringContaining("RoCE v2 with IPv4"),
    "devices on Ethernet and InfiniBand reach different peers: name those of one network in link.device_names",
  ]);
});

test("doctor chooses as link.device_names, link.gid_index and the process's NUMA node say", () => {
  // The one device near node 1 that is up and has an address is a virtual function.
  expect(toHosts("--numa-node", "1")[0]).toStartWith("rdma by mlx5_4: ");
  expect(toHosts("--numa-node", "0", "--gid-index", "3")[0]).toStartWith("rdma by mlx5_1: ");
  const [taken, ...others] = toHosts("--numa-node", "0", "--device-names", "mlx5_4,mlx5_1");
  expect(taken).toEndWith("before mlx5_1, for it is named before it");
  expect(others).toContain("not mlx5_0: is not among the devices asked for (mlx5_4, mlx5_1)");
});

test("doctor says so where the named devices cannot be had, and what to do", () => {
  const [taken, ...others] = toHosts("--device-names", "mlx5_2,mlx5_9");
  expect(taken).toMatch(/^n\/a \(rdma: no device can be used: .*Bring a port up/);
  expect(others).toContain("not mlx5_9: is named, and this host has no such device");
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
