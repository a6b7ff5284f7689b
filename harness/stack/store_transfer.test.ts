import { expect, test } from "bun:test";
import { present } from "../domain/assert.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { parseAddress } from "../wire/address.ts";
import { MASTER_SERVICE } from "../wire/master_codec.ts";
import { RpcClient } from "../wire/rpc_client.ts";
import { NodePaths } from "./node_paths.ts";
import { SegmentDirectory } from "./segment_directory.ts";
import { BLOCK_BYTES, fillBlocks, getItems, putItems } from "./store_client_contract.ts";
import { StoreFixture } from "./store_fixture.ts";
import { copyIn, copyOut } from "./store_transfer.ts";

test("copies that the master placed in a mount are refused when another mount has taken its name", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  const first = await fixture.startOwner(fixture.ownerConfig(0));
  const { plane, memory } = fixture.openClient("node0", 4 * BLOCK_BYTES);
  await fillBlocks({ plane, memory }, [0]);
  const address = parseAddress(`unix:${fixture.directory}/master.sock`);
  if (!address.ok) throw new Error(address.error);
  const master = new RpcClient({
    address: address.value,
    service: MASTER_SERVICE,
    clock: fixture.clock,
    timeout_ms: 5000,
  });
  const paths = new NodePaths("node0", plane, null);
  const directory = new SegmentDirectory({
    master,
    plane,
    paths,
    log: fixture.log,
  });
  const parts = { plane, directory, paths, links: null, node: "node0" };
  const segments = await directory.refresh();
  const segment = present(segments.ok ? segments.value[0] : undefined, "the owner has mounted its segment");
  const put = putItems(memory, [0]).map((item) => ({ item, segment_offset: 0 }));
  const get = getItems(memory, [0], () => 1).map((item) => ({ item, segment_offset: 0 }));
  expect(await copyOut(parts, segment, 1, put)).toMatchObject([{ code: "ok" }]);

  await first.stop();
  await fixture.startOwner(fixture.ownerConfig(0, { generation: 2 }));
  expect(await copyOut(parts, segment, 1, put)).toMatchObject([{ code: "peer_dead" }]); // mapped still
  expect(await copyOut(parts, segment, 1, put)).toBe(STORE_CODE.INVALID_REPLICA);
  expect(await copyIn(parts, segment, "segment", 1, get)).toBe(STORE_CODE.INVALID_REPLICA);
  expect(await copyIn(parts, segment, "segment", 2, get)).toMatchObject([{ code: "corrupt" }]); // never written
  await directory.close();
  master.close();
});
