// `bun run calibrate [--out FILE] [--disk DIR]`: measures this host into a profile for `bench --runtime sim|both --host FILE`.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchCopy } from "../../native/ffi/bench_copy.ts";
import { openDataPlane } from "../../native/ffi/open_data_plane.ts";
import { OsClock } from "../clock/os_clock.ts";
import { KIB } from "../domain/units.ts";
import { fitHostProfile } from "../sim/fit_host_profile.ts";
import { PlaneClock } from "../stack/plane_clock.ts";
import { measureDisk } from "./calibrate/calibrate_disk.ts";
import { renderPublishedFit } from "./calibrate/calibrate_published.ts";
import { measureRpc } from "./calibrate/calibrate_rpc.ts";
import { measureServing } from "./calibrate/calibrate_serving.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { Progress } from "./progress.ts";

const HELP = `bun run calibrate [--out FILE] [--disk DIR] | --published

Measures this host (memory copies, RPC, disk, the serving path) and writes a host profile for the simulator.
  --out FILE   where to write it (default host_profile.json)
  --disk DIR   a directory on the disk that a disk tier would use (default the temporary directory)
  --published  instead fit the engine model to published TTFTs, and tell its error on the points held out
Run it on a quiet machine: whatever else runs is measured with it. Then: bun run bench 3p1d --runtime both --host host_profile.json`;

process.exit(await main());

async function main(): Promise<ExitCode> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      disk: { type: "string" },
      published: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return EXIT.DONE;
  }
  if (values.published === true) {
    console.log(renderPublishedFit());
    return EXIT.DONE;
  }
  const out = values.out ?? "host_profile.json";
  const scratch = mkdtempSync(join(tmpdir(), "tb-calibrate-"));
  try {
    return await calibrate(out, values.disk ?? scratch, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function calibrate(out: string, disk: string, scratch: string): Promise<ExitCode> {
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, process.stderr.isTTY);
  const plane = openDataPlane();
  if (!plane.ok) return fail(plane.error.detail);
  const clock = new PlaneClock(plane.value, os_clock);

  progress.stage("memory copies");
  const shm_folder = mkdtempSync("/dev/shm/tb-calibrate-");
  const large = await benchCopy({
    shm_folder,
    piece_bytes: 64 * KIB,
    pieces: 128,
    rounds: 9,
    copy_threads: 2,
  });
  const small = await benchCopy({ shm_folder, piece_bytes: 4 * KIB, pieces: 64, rounds: 9, copy_threads: 2 });
  rmSync(shm_folder, { recursive: true, force: true });
  if (!large.ok) return fail(large.error.detail);
  if (!small.ok) return fail(small.error.detail);
  progress.stage("RPC");
  const rpc = await measureRpc(clock, scratch);
  if (!rpc.ok) return fail(rpc.error);
  progress.stage("disk");
  const files = await measureDisk(plane.value, disk);
  if (!files.ok) return fail(files.error);
  progress.stage("serving path");
  const serving = await measureServing(clock, plane.value, scratch);
  await plane.value.close();
  progress.end();
  if (!serving.ok) return fail(serving.error);

  const profile = fitHostProfile(
    {
      ...rpc.value,
      ...files.value,
      ...serving.value,
      copy_small_ns: small.value.put_piece_ns_p50,
      copy_bytes_per_s: large.value.get_bytes_per_s,
    },
    hostname(),
  );
  writeFileSync(out, `${JSON.stringify(profile, null, 2)}\n`);
  console.log(JSON.stringify(profile, null, 2));
  console.log(
    `memcpy beside it: ${(large.value.memcpy_bytes_per_s / 1e9).toFixed(2)} GB/s. Written to ${out}.`,
  );
  return EXIT.DONE;
}

function fail(message: string): ExitCode {
  console.error(message);
  return EXIT.STACK_FAILED;
}
