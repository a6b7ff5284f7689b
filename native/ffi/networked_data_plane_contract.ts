// What a data plane with remote regions must do: all that one with a peer's shared memory does, and what only a network has.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import type { Region } from "./data_plane.ts";
import { NetworkedDataPlane } from "./networked_data_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import type { FabricOptions } from "./open_fabric.ts";
import { openFabricPlane } from "./open_fabric_plane.ts";
import { peerMemoryContract } from "./peer_memory_contract.ts";

const TIMEOUT_MS = 20_000;
const BYTES = 1 << 20;

export function networkedDataPlaneContract(options: FabricOptions): void {
  const open = (slot_count?: number): NetworkedDataPlane => {
    const slots = slot_count === undefined ? {} : { slot_count };
    const local = openDataPlane(slots);
    const fabric = openFabricPlane({ ...options, ...slots });
    assert(local.ok && fabric.ok, "the planes open");
    return new NetworkedDataPlane(local.value, fabric.value, TIMEOUT_MS);
  };

  peerMemoryContract({
    name: options.provider,
    fabric: options,
    open(slot_count) {
      const plane = open(slot_count);
      return { plane, attach: (_, key) => plane.attachRemote(key) };
    },
  });

  test(`${options.provider}: a published region's key ends with the region`, async () => {
    const shm = mkdtempSync("/dev/shm/tierbench-net-");
    const [owner, reader] = [open(), open()];
    const regionOf = (plane: NetworkedDataPlane, name: string): Region => {
      const region = plane.createRegion(join(shm, name), BYTES, 1);
      assert(region.ok, "a region can be made");
      return region.value;
    };
    const own = regionOf(owner, "own");
    const to = regionOf(reader, "reader");
    const key = await owner.publish(own);
    assert(key.ok, "a region is published");
    const from = reader.attachRemote(key.value);
    assert(from.ok, "a good key is attached");
    const read = async (): Promise<string> => {
      const ends = { from: from.value, from_offset: 0, to, to_offset: 0, bytes: BYTES };
      const [result] = await reader.submit([{ kind: "copy", ...ends, verify: null, earliest_done_ns: 0 }]);
      return result?.code ?? "no result";
    };
    expect(await read()).toBe("ok");
    owner.closeRegion(own);
    expect(await read()).toBe("peer_dead");
    await Promise.all([reader.close(), owner.close()]);
    rmSync(shm, { recursive: true });
  });
}
