// What a stranger sends to the port of a process that serves memory over plain sockets.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../harness/clock/random.ts";
import { assert } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import { openDataPlane } from "./open_data_plane.ts";
import { openFabricPlane } from "./open_fabric_plane.ts";

const SEED = 7;
const CONNECTIONS = 200;
const BYTES = 65_536;
const TCP = { provider: "tcp", source: "127.0.0.1" };
/** Where tcp_frame.h and fabric_key.h have them. */
const FRAME_BYTES = 40;
const MAGIC = 0x32546274;
const PORT_AT = 128;

function portOf(key: FabricKey): number {
  return new DataView(Uint8Array.fromBase64(key.opaque).buffer).getUint32(PORT_AT, true);
}

/** A frame whose fields are right or wrong as drawn; sometimes cut, sometimes with bytes behind it. */
function drawFrame(random: Random): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + random.below(64));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
  if (random.below(4) > 0) view.setUint32(0, MAGIC, true);
  if (random.below(4) > 0) view.setUint32(4, 1 + random.below(4), true);
  if (random.below(2) > 0) view.setBigUint64(24, BigInt(random.below(4096)), true);
  return bytes.subarray(0, 1 + random.below(bytes.length));
}

/** Resolves when the connection has been answered, or closed, or taken what it was sent. */
async function sendTo(port: number, bytes: Uint8Array): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: TCP.source,
    port,
    socket: { data: () => ended.resolve(), close: () => ended.resolve() },
  });
  socket.write(bytes);
  await ended.promise;
  socket.end();
}

test(`${CONNECTIONS} connections of drawn bytes (seed ${SEED}) change no byte and stop no service`, async () => {
  const shm = mkdtempSync("/dev/shm/tierbench-garbage-");
  const data = openDataPlane();
  const server = openFabricPlane(TCP);
  const client = openFabricPlane(TCP);
  assert(data.ok && server.ok && client.ok, "planes open");
  const memory = data.value.createRegion(join(shm, "served"), BYTES, 1);
  const into = data.value.createRegion(join(shm, "into"), BYTES, 1);
  const served = await server.value.register({ kind: "shm", shm_path: join(shm, "served"), generation: 1 });
  const region = await client.value.register({ kind: "shm", shm_path: join(shm, "into"), generation: 1 });
  assert(memory.ok && into.ok && served.ok && region.ok, "memory is registered");
  const random = new Random(SEED);
  const port = portOf(served.value.key);
  for (let i = 0; i < CONNECTIONS; i++) await sendTo(port, drawFrame(random));

  const crc = { kind: "crc32c", region: memory.value, offset: 0, bytes: BYTES } as const;
  const untouched = { ...crc, region: into.value };
  const [after, zeros] = await data.value.submit([crc, untouched]);
  expect(after?.value).toBe(zeros?.value);
  const remote = client.value.attach(served.value.key);
  assert(remote.ok, "a good key is attached");
  const get = { kind: "get", region_offset: 0, remote_offset: 0, bytes: BYTES } as const;
  const [got] = await client.value.submit([{ ...get, region: region.value, remote: remote.value }]);
  expect(got?.code).toBe("ok");
  await client.value.close();
  await server.value.close();
  await data.value.close();
  rmSync(shm, { recursive: true });
});
