import { expect, test } from "bun:test";
import { Random } from "../clock/random.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type Codec, decode } from "./codec.ts";
import { MASTER_OPS, MASTER_SERVICE, type MasterTypes } from "./master_codec.ts";
import { OWNER_SERVICE } from "./owner_codec.ts";

const PER_OP = Object.fromEntries(MASTER_OPS.map((op, i) => [op, i])) as Record<
  (typeof MASTER_OPS)[number],
  number
>;

const SEGMENT = {
  segment_name: "node0:50053",
  node: "node0",
  segment_bytes: 2 ** 40,
  shm_path: "/dev/shm/x",
  generation: 3,
  owner_address: "unix:/tmp/o",
  enable_offload: true,
  fabric_keys: {
    segment: { provider: "tcp", bytes: 4096, generation: 3, opaque: "AAAA" },
    staging: null,
  },
};

/** One of everything, so that a field left out of a codec is seen. */
const EXAMPLES: { readonly [Op in keyof MasterTypes]: MasterTypes[Op] } = {
  mount_segment: { request: { client_id: "c", segment: SEGMENT }, reply: { code: -102 } },
  unmount_segment: { request: { client_id: "c", segment_name: "s" }, reply: { code: 0 } },
  get_segments: { request: {}, reply: { segments: [SEGMENT, { ...SEGMENT, enable_offload: false }] } },
  ping: { request: { client_id: "c" }, reply: { code: 0, need_remount: true } },
  batch_exist: { request: { keys: { text: "ab", bounds: [0, 1, 2] } }, reply: { codes: [1, 0, -704] } },
  batch_get_replicas: {
    request: { keys: ["a"] },
    reply: {
      objects: [
        {
          code: 0,
          lease_ttl_ms: 10_000,
          replicas: [
            { tier: "cpu", segment_name: "s", generation: 7, offset: 2 ** 33, bytes: 5 },
            { tier: "disk", segment_name: "s", bytes: 5 },
          ],
        },
        { code: -704, lease_ttl_ms: 0, replicas: [] },
      ],
    },
  },
  batch_put_start: {
    request: {
      client_id: "c",
      objects: [
        { key: "a", bytes: 1 },
        { key: "b", bytes: 2 },
      ],
      config: {
        replica_num: 2,
        preferred_segments: ["s"],
        soft_pin: true,
        soft_pin_ttl_ms: 5,
        hard_pin: false,
        group_ids: ["g", ""],
      },
    },
    reply: {
      objects: [
        { code: 0, replicas: [{ tier: "cpu", segment_name: "s", generation: 7, offset: 0, bytes: 1 }] },
      ],
    },
  },
  batch_put_end: { request: { client_id: "c", keys: ["a"] }, reply: { codes: [0] } },
  batch_put_revoke: { request: { client_id: "c", keys: ["a"] }, reply: { codes: [0] } },
  remove: { request: { key: "a", force: true }, reply: { code: -706 } },
  remove_by_regex: { request: { pattern: "^a", force: false }, reply: { code: 0, removed: 3 } },
  remove_all: { request: { force: true }, reply: { code: 0, removed: 7 } },
  offload_heartbeat: {
    request: { client_id: "c", segment_name: "s", disk_used_bytes: 1, disk_capacity_bytes: 2 },
    reply: { code: 0, tasks: [{ key: "a", offset: 4096, bytes: 100 }], promotions: [], wipe: true },
  },
  notify_offloaded: {
    request: { client_id: "c", segment_name: "s", results: [{ key: "a", bytes: 1, code: -1103 }] },
    reply: { codes: [0] },
  },
  notify_promoted: {
    request: { client_id: "c", segment_name: "s", results: [{ key: "a", bytes: 1, code: 0 }] },
    reply: { codes: [-704] },
  },
  notify_disk_evicted: {
    request: { client_id: "c", segment_name: "s", keys: ["a"] },
    reply: { code: 0 },
  },
  get_stats: {
    request: {},
    reply: {
      key_count: 1,
      allocated_bytes: 2,
      total_capacity_bytes: 3,
      allocated_file_size_bytes: 4,
      total_file_capacity_bytes: 5,
      soft_pin_key_count: 6,
      active_clients: 7,
      segments: [{ segment_name: "s", allocated_bytes: 8, capacity_bytes: 9 }],
      mem_cache_hit_nums: 10,
      file_cache_hit_nums: 11,
      mem_cache_hit_bytes: 21,
      file_cache_hit_bytes: 22,
      mem_cache_nums: 23,
      file_cache_nums: 24,
      total_get_nums: 12,
      valid_get_nums: 13,
      put_start_alloc_failures: 14,
      put_start_partial_allocations: 25,
      put_start_discarded: 26,
      put_start_released: 27,
      put_start_discarded_staging_bytes: 28,
      attempted_evictions: 29,
      successful_evictions: 30,
      evicted_key_count: 15,
      evicted_size_bytes: 16,
      offloaded_key_count: 17,
      preferred_placed: 18,
      preferred_fallback: 19,
      expired_clients: 20,
      promotions: {
        in_flight: 31,
        admitted: 32,
        completed: 33,
        completed_bytes: 34,
        failed: 35,
        cancelled: 36,
        expired: 37,
        rejected_frequency: 38,
        rejected_watermark: 39,
        rejected_cap: 40,
      },
      requests: PER_OP,
      failures: PER_OP,
      partial_successes: PER_OP,
      items: PER_OP,
      failed_items: PER_OP,
    },
  },
};

function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new ByteWriter();
  codec.write(writer, value);
  return writer.written().slice();
}

test("every request and reply of the master comes back as it was sent", () => {
  const check = <Op extends keyof MasterTypes>(op: Op): void => {
    const { request, reply } = MASTER_SERVICE[op];
    const example = EXAMPLES[op];
    expect(decode(request, encode(request, example.request))).toEqual({ ok: true, value: example.request });
    expect(decode(reply, encode(reply, example.reply))).toEqual({ ok: true, value: example.reply });
  };
  expect(MASTER_OPS.length).toBe(17);
  for (const op of MASTER_OPS) check(op);
});

test("every op has a code of its own, inside 1 … 254", () => {
  const codes = MASTER_OPS.map((op) => MASTER_SERVICE[op].op_code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => code >= 1 && code <= 254)).toBe(true);
});

test("20,000 messages with bytes flipped, cut or added are read or refused, and reading again agrees", () => {
  const seed = 20_261_121; // Repeat: bun test harness/wire/master_codec.test.ts
  const random = new Random(seed);
  const codecs: { readonly codec: Codec<unknown>; readonly bytes: Uint8Array }[] = [];
  const add = <T>(codec: Codec<T>, value: T): void => {
    codecs.push({ codec: codec as Codec<unknown>, bytes: encode(codec, value) });
  };
  const addOp = <Op extends keyof MasterTypes>(op: Op): void => {
    add(MASTER_SERVICE[op].request, EXAMPLES[op].request);
    add(MASTER_SERVICE[op].reply, EXAMPLES[op].reply);
  };
  for (const op of MASTER_OPS) addOp(op);
  add(OWNER_SERVICE.batch_get_offload_object.request, { client_id: "c", keys: ["a", "b"] });
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const { codec, bytes } = codecs[i % codecs.length] as (typeof codecs)[number];
    const mutated = mutate(bytes, random);
    const decoded = decode(codec, mutated);
    if (!decoded.ok) refused++;
    else expect(decode(codec, encode(codec, decoded.value))).toEqual(decoded);
  }
  expect(refused).toBeGreaterThan(5_000);
});

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const kind = random.below(3);
  if (kind === 0) return bytes.slice(0, random.below(bytes.length + 1));
  const copy = new Uint8Array(bytes.length + (kind === 1 ? 0 : 1 + random.below(8)));
  copy.set(bytes);
  for (let flips = 1 + random.below(3); flips > 0 && copy.length > 0; flips--) {
    copy[random.below(copy.length)] = random.below(256);
  }
  return copy;
}

test("20,000 messages of random bytes are read or refused with the place of the fault, in bounded time", () => {
  const random = new Random(2);
  const services = [...Object.values(MASTER_SERVICE), ...Object.values(OWNER_SERVICE)];
  const codecs = services.flatMap(({ request, reply }) => [
    request as Codec<unknown>,
    reply as Codec<unknown>,
  ]);
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from({ length: random.below(200) }, () =>
      random.below(random.below(2) === 0 ? 4 : 256),
    );
    const codec = codecs[i % codecs.length];
    const decoded = codec === undefined ? null : decode(codec, bytes);
    if (decoded === null || decoded.ok) continue;
    refused++;
    expect(decoded.error).toMatch(/^byte \d+: /);
  }
  expect(refused).toBeGreaterThan(15_000);
});
