// The other process of network_plane_contract.ts and bench_fabric.ts: owns segments of blocks that it registers for remote
// operations. It prints one line of JSON for each command that it reads, and stays until its standard input ends or it is killed.

import { join } from "node:path";
import { assert, present } from "../../harness/domain/assert.ts";
import type { BlockHash } from "../../harness/domain/block_hash.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import type { BlockIdentity, DataPlane, Region } from "./data_plane.ts";
import type { FabricPlane, FabricRegion } from "./fabric_plane.ts";
import { openDataPlane } from "./open_data_plane.ts";
import type { FabricOptions } from "./open_fabric.ts";
import { openFabricPlane } from "./open_fabric_plane.ts";

export const PEER_BLOCK_BYTES: number = 256 << 10;
export const PEER_BLOCKS = 8;

/** Block `index` lies at index × PEER_BLOCK_BYTES of its segment. */
export function peerBlock(segment: string, index: number, generation: number): BlockIdentity {
  const letters = [...segment].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  return { model_id: 7, hash: (letters * 1000 + index) as BlockHash, weights_version: generation };
}

/** What it reads; each is answered with a line of JSON. */
export type PeerCommand =
  /** → its FabricKey. The segment's blocks are filled; PEER_BLOCKS of PEER_BLOCK_BYTES unless said otherwise. */
  | {
      readonly do: "own";
      readonly segment: string;
      readonly generation: number;
      readonly blocks?: number;
      readonly block_bytes?: number;
    }
  /** Registers segments of `bytes` until that is refused, at most `at_most` → Exhaustion. */
  | { readonly do: "exhaust"; readonly bytes: number; readonly at_most: number }
  /** Ends registration and memory → null. */
  | { readonly do: "drop"; readonly segment: string }
  /** Ends the registration and keeps the memory → null. */
  | { readonly do: "deregister"; readonly segment: string }
  /** → codes of verifying its blocks as `of`'s. */
  | { readonly do: "verify"; readonly segment: string; readonly of: string; readonly generation: number };

export interface Exhaustion {
  readonly registered: number;
  /** FabricError's; null: nothing was refused. */
  readonly code: string | null;
}

interface Segment {
  readonly region: Region;
  readonly registered: FabricRegion;
}

class PeerFixture {
  readonly #plane: DataPlane;
  readonly #fabric: FabricPlane;
  readonly #shm: string;
  readonly #segments = new Map<string, Segment>();

  constructor(plane: DataPlane, fabric: FabricPlane, shm: string) {
    this.#plane = plane;
    this.#fabric = fabric;
    this.#shm = shm;
  }

  async answer(command: PeerCommand): Promise<FabricKey | readonly string[] | Exhaustion | null> {
    if (command.do === "own") return this.#own(command);
    if (command.do === "exhaust") return this.#exhaust(command.bytes, command.at_most);
    const segment = present(this.#segments.get(command.segment), "the segment is owned");
    if (command.do === "verify") return this.#verify(segment, command.of, command.generation);
    await this.#fabric.deregister(segment.registered);
    if (command.do === "drop") this.#plane.closeRegion(segment.region);
    return null;
  }

  async #own(command: PeerCommand & { do: "own" }): Promise<FabricKey> {
    const { segment: name, generation, blocks = PEER_BLOCKS, block_bytes = PEER_BLOCK_BYTES } = command;
    const shm_path = join(this.#shm, name);
    const region = this.#plane.createRegion(shm_path, blocks * block_bytes, generation);
    assert(region.ok, region.ok ? "" : region.error.detail);
    const fills = blocksOf(region.value, block_bytes).map((range, index) => ({
      kind: "fill" as const,
      ...range,
      identity: peerBlock(name, index, generation),
    }));
    for (const result of await this.#plane.submit(fills)) assert(result.code === "ok", "a fill succeeds");
    const registered = await this.#fabric.register({ kind: "shm", shm_path, generation });
    assert(registered.ok, registered.ok ? "" : registered.error.detail);
    this.#segments.set(name, { region: region.value, registered: registered.value });
    return registered.value.key;
  }

  async #exhaust(bytes: number, at_most: number): Promise<Exhaustion> {
    for (let registered = 0; registered < at_most; registered++) {
      const shm_path = join(this.#shm, `exhaust${registered}`);
      const region = this.#plane.createRegion(shm_path, bytes, 1);
      assert(region.ok, region.ok ? "" : region.error.detail);
      const result = await this.#fabric.register({ kind: "shm", shm_path, generation: 1 });
      if (!result.ok) return { registered, code: result.error.code };
    }
    return { registered: at_most, code: null };
  }

  async #verify(segment: Segment, of: string, generation: number): Promise<readonly string[]> {
    const checks = blocksOf(segment.region, PEER_BLOCK_BYTES).map((range, index) => ({
      kind: "verify" as const,
      ...range,
      identity: peerBlock(of, index, generation),
    }));
    return (await this.#plane.submit(checks)).map((result) => result.code);
  }
}

function blocksOf(region: Region, bytes: number): { region: Region; offset: number; bytes: number }[] {
  const blocks = region.bytes / bytes;
  return Array.from({ length: blocks }, (_, index) => ({ region, offset: index * bytes, bytes }));
}

async function main(shm: string, options: FabricOptions): Promise<void> {
  const plane = openDataPlane();
  const fabric = openFabricPlane(options);
  assert(plane.ok, plane.ok ? "" : plane.error.detail);
  assert(fabric.ok, fabric.ok ? "" : fabric.error.detail);
  const fixture = new PeerFixture(plane.value, fabric.value, shm);
  const input = process.stdin.setEncoding("utf8");
  let rest = "";
  for await (const text of input) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines)
      process.stdout.write(`${JSON.stringify(await fixture.answer(JSON.parse(line)))}\n`);
  }
  await fabric.value.close();
  await plane.value.close();
}

if (import.meta.main) {
  const [shm = "", options = "{}"] = process.argv.slice(2);
  await main(shm, JSON.parse(options));
}
