// What the master answers in a second, asked by one requester, beside what the socket between two processes allows.

import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import { assert, present } from "../../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { KIB, NS_PER_S, NS_PER_US } from "../../domain/units.ts";
import { type MasterFigures, median } from "../../measure/store_bench_figures.ts";
import { measureSocketEcho } from "./measure_socket_echo.ts";
import type { BenchRequester } from "./store_bench_stack.ts";

const KEYS_PER_CALL = 1024;
const BATCHES_OUT = 4;
const SINGLES_OUT = 64;
const OBJECT_BYTES = 4 * KIB;
const PREFIX = "Qwen2.5-7B-Instruct@tp_rank:0@pcp0@dcp0@pp_rank:0@group:0@";

export async function measureMaster(
  requester: BenchRequester,
  socket_dir: string,
  resident_keys: number,
  budget_s: number,
): Promise<MasterFigures> {
  const { client, plane } = requester;
  await putKeys(requester, resident_keys);
  const batches = Array.from({ length: Math.ceil(resident_keys / KEYS_PER_CALL) }, (_, i) =>
    keysFrom(i * KEYS_PER_CALL, resident_keys),
  );
  const singles = keysFrom(0, resident_keys).map((key) => [key]);
  const ask = async (keys: readonly string[]): Promise<void> => {
    const codes = await client.exists(keys);
    assert(
      codes.every((code) => code === 1),
      "the keys that are asked for are there",
    );
  };
  await callsPerSecond(plane, batches, BATCHES_OUT, budget_s, ask); // warms both ends
  const batch_rate = await callsPerSecond(plane, batches, BATCHES_OUT, budget_s, ask);
  const exist_per_s = await callsPerSecond(plane, singles, SINGLES_OUT, budget_s, ask);
  const keys_per_call = resident_keys / batches.length;
  const exist_us_p50 = await latencyUs(plane, budget_s, () => ask(present(singles[0], "there is a key")));
  const { us_p50: socket_echo_us_p50, one_cpu_us_p50 } = await measureSocketEcho(socket_dir, budget_s);
  await client.removeAll(true);
  return {
    resident_keys,
    batch_exist_keys_per_s: batch_rate * keys_per_call,
    exist_per_s,
    exist_us_p50,
    socket_echo_us_p50,
    socket_echo_one_cpu_us_p50: one_cpu_us_p50,
    exist_of_echo: exist_us_p50 / socket_echo_us_p50,
  };
}

async function putKeys({ client, memory }: BenchRequester, count: number): Promise<void> {
  for (let start = 0; start < count; start += KEYS_PER_CALL) {
    const items = keysFrom(start, count).map((key) => ({
      key,
      region: memory,
      offset: 0,
      bytes: OBJECT_BYTES,
    }));
    const codes = await client.put(items, DEFAULT_REPLICATE_CONFIG);
    assert(
      codes.every((code) => code === 0),
      "the segment has room for the resident keys",
    );
  }
}

function keysFrom(start: number, limit: number): string[] {
  const count = Math.min(KEYS_PER_CALL, limit - start);
  return Array.from({ length: count }, (_, i) => PREFIX + (start + i).toString(16).padStart(16, "0"));
}

/** `out` calls are always under way until the time is up. */
async function callsPerSecond<Call>(
  plane: DataPlane,
  calls: readonly Call[],
  out: number,
  budget_s: number,
  make: (call: Call) => Promise<void>,
): Promise<number> {
  const start_ns = plane.now_ns();
  const end_ns = start_ns + budget_s * NS_PER_S;
  let made = 0;
  const lane = async (): Promise<void> => {
    while (plane.now_ns() < end_ns)
      await make(present(calls[made++ % calls.length], "there are calls to make"));
  };
  await Promise.all(Array.from({ length: out }, lane));
  return (made * NS_PER_S) / (plane.now_ns() - start_ns);
}

async function latencyUs(plane: DataPlane, budget_s: number, call: () => Promise<void>): Promise<number> {
  const spent_ns: number[] = [];
  const end_ns = plane.now_ns() + budget_s * NS_PER_S;
  while (plane.now_ns() < end_ns) {
    const start_ns = plane.now_ns();
    await call();
    spent_ns.push(plane.now_ns() - start_ns);
  }
  return median(spent_ns) / NS_PER_US;
}
