import { expect, test } from "bun:test";
import { parseArmConfig } from "../config/arm_schema.ts";
import { networkWish } from "./network_wish.ts";

function wishOf(link: object): ReturnType<typeof networkWish> {
  const parsed = parseArmConfig({ topology: "1p1d", link });
  if (!parsed.ok) throw new Error("the link is valid");
  return networkWish(parsed.value);
}

test("nodes that share this host are reached through its memory unless another path is asked for", () => {
  expect(wishOf({})).toBeNull();
  expect(wishOf({ protocol: "shm" })).toBeNull();
  expect(wishOf({ protocol: "tcp", tcp_source: "10.0.0.1" })).toMatchObject({
    protocol: "tcp",
    tcp_source: "10.0.0.1",
  });
  expect(wishOf({ protocol: "rdma", device_names: ["mlx5_0"], gid_index: 3 })).toEqual({
    protocol: "rdma",
    device_names: ["mlx5_0"],
    gid_index: 3,
    tcp_source: "127.0.0.1",
  });
});
