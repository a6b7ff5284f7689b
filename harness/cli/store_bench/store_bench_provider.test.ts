import { expect, test } from "bun:test";
import { join } from "node:path";
import { renderProvider } from "./store_bench_provider.ts";

test("a provider's rates stand beside plain sockets, each as a part of the stream's", () => {
  const figures = { put_piece_ns_p50: 310_000, get_piece_ns_p50: 330_000, failed_ops: 0, corrupt_pieces: 0 };
  const text = renderProvider({
    paths: [
      {
        ...{ provider: "tcp;ofi_rxm", library: "libfabric 1.17" },
        ...{ put_bytes_per_s: 3e9, get_bytes_per_s: 2e9 },
        ...figures,
      },
      { provider: "tcp", library: "sockets", put_bytes_per_s: 4e9, get_bytes_per_s: 1e9, ...figures },
    ],
    stream_bytes_per_s: 4e9,
  });
  expect(text).toContain(
    "| tcp;ofi_rxm | libfabric 1.17 | 3.00 GB/s (0.75 ×) | 2.00 GB/s (0.50 ×) | 0.31 | 0.33 | 0 | 0 |",
  );
  expect(text).toContain("| tcp | sockets | 4.00 GB/s (1.00 ×) | 1.00 GB/s (0.25 ×) |");
});

test("a provider without --path rdma is refused", () => {
  const run = Bun.spawnSync([
    process.execPath,
    join(import.meta.dir, "../store_bench.ts"),
    "--provider",
    "tcp",
  ]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr.toString()).toContain("--provider: must go with --path rdma.");
});
