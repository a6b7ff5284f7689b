import { expect, test } from "bun:test";
import { moduleOrder } from "./module_order.ts";

const DEPENDENCIES = [
  "net/9p.ko: net/fscache.ko net/netfs.ko",
  "net/netfs.ko: net/fscache.ko",
  "net/fscache.ko:",
  "",
].join("\n");
const BUILT_IN = "kernel/virtio_pci.ko\n";

test("a module stands once, behind everything that it needs", () => {
  const order = moduleOrder(["9p", "netfs"], DEPENDENCIES, BUILT_IN);
  expect(order).toEqual({ ok: true, value: ["net/fscache.ko", "net/netfs.ko", "net/9p.ko"] });
});

test("what the kernel has built in is not loaded", () => {
  expect(moduleOrder(["virtio_pci"], DEPENDENCIES, BUILT_IN)).toEqual({ ok: true, value: [] });
});

test("a module that the kernel does not have is named", () => {
  expect(moduleOrder(["rdma_rxe"], DEPENDENCIES, BUILT_IN)).toEqual({
    ok: false,
    error: "the kernel has no module rdma_rxe",
  });
});
