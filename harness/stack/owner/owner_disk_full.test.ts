// A disk that is really full: the owner's directory is a small tmpfs of its own. Needs to mount one, so root.

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { KIB } from "../../domain/units.ts";
import { BLOCK_BYTES, fillBlocks, getItems, keyOf, putItems } from "../store_client_contract.ts";
import { DISK, StoreFixture } from "../store_fixture.ts";

const BLOCKS: readonly number[] = Array.from({ length: 16 }, (_, i) => i);
const UPPER_HALF = (block: number): number => block + BLOCKS.length;
/** A block takes 8192 bytes of a bucket's file: four of them fill one, and three such files with their metadata fit. */
const DISK_BYTES: number = 128 * KIB;
const BUCKET_BYTES: number = 32 * KIB;

/** Null when it was mounted, else why not. */
function mountSmallDisk(path: string): string | null {
  const mount = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", path]);
  return mount.success ? null : mount.stderr.toString().trim() || "no mount command";
}

function unmount(path: string): void {
  Bun.spawnSync(["umount", "-l", path]);
}

function whyNoMount(): string | null {
  const path = mkdtempSync(join(tmpdir(), "tierbench-mount-"));
  const problem = mountSmallDisk(path);
  if (problem === null) unmount(path);
  rmSync(path, { recursive: true });
  return problem;
}

const no_mount = whyNoMount();
if (no_mount === null)
  test(
    "a full disk refuses what does not fit, loses no acknowledged put and works again after a wipe",
    fullDisk,
    30_000,
  );
else test.skip(`a full disk: skipped, for no tmpfs can be mounted here: ${no_mount}`, () => {});

async function fullDisk(): Promise<void> {
  await using fixture = new StoreFixture({ enable_offload: true });
  const disk_path = join(fixture.directory, "small");
  mkdirSync(disk_path);
  expect(mountSmallDisk(disk_path)).toBeNull();
  await using mounted = new AsyncDisposableStack();
  mounted.defer(() => unmount(disk_path));
  await fixture.startMaster();
  // The owner believes in 64 MiB: only the kernel says ENOSPC.
  const disk = { ...DISK, bucket_bytes: BUCKET_BYTES, disk_path };
  const owner = await fixture.startOwner(fixture.ownerConfig(0, { disk }));
  const { client, plane, memory } = fixture.openClient("node0", 2 * BLOCKS.length * BLOCK_BYTES);
  const metric = async (name: string): Promise<number> => {
    const reply = await fetch(`http://127.0.0.1:${owner.http_port}/metrics`);
    return Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, "m").exec(await reply.text())?.[1]);
  };
  await fillBlocks({ plane, memory }, BLOCKS);
  expect(await client.put(putItems(memory, BLOCKS), DEFAULT_REPLICATE_CONFIG)).toEqual(BLOCKS.map(() => 0));
  await fixture.until(async () => {
    const settled =
      (await metric("owner_tierbench_disk_written_keys")) +
      (await metric("owner_tierbench_disk_refused_keys"));
    return settled === BLOCKS.length;
  });
  const refused = await metric("owner_tierbench_disk_refused_keys");
  expect(refused).toBeGreaterThan(0);
  expect(await metric("owner_tierbench_disk_errors_total")).toBeGreaterThan(0);
  expect(fixture.lines.some((line) => line.includes("no_space") || line.includes("FILE_WRITE_FAIL"))).toBe(
    true,
  );
  const outcomes = await client.get(getItems(memory, BLOCKS, UPPER_HALF));
  expect(outcomes.map(({ code }) => code)).toEqual(BLOCKS.map(() => BLOCK_BYTES));
  // What could not be written whole is not left behind.
  await fixture.until(() => readdirSync(disk_path).length === 2 * ((BLOCKS.length - refused) / 4));
  await client.removeAll(true);
  await fixture.until(() => readdirSync(disk_path).length === 0);
  await client.put(putItems(memory, [0, 1, 2, 3]), DEFAULT_REPLICATE_CONFIG);
  await fixture.until(async () => (await metric("owner_tierbench_disk_key_count")) === 4);
  expect(await client.exists([keyOf(0)])).toEqual([1]);
  await owner.stop();
}
