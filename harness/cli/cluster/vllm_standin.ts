// An engine of this project under the command line of `vllm serve`: what a deployment names as engine.command where no GPU is there.
//   vllm_standin.ts serve MODEL --port N --engine-config FILE [--kv-transfer-config JSON]
// FILE is what bench writes for {engine_config}. The rest comes the way it comes to a vLLM: the port and the connector by flag, the store
// by MOONCAKE_CONFIG_PATH, the segment to put to by MOONCAKE_PREFERRED_SEGMENT. Without a store's connector it shares no Mooncake.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { OsClock } from "../../clock/os_clock.ts";
import { startEngine } from "../../stack/engine/engine_server.ts";
import type { EngineProcess, Log, MooncakeReach } from "../../stack/process_config.ts";
import { EXIT } from "../exit_code.ts";
import { readSharedSecret } from "../shared_secret_file.ts";

/** The worker file's fields that an engine here needs (config/kv_offload_worker.ts writes it). */
interface WorkerFile {
  readonly local_buffer_size: number;
  readonly protocol: MooncakeReach["setup"]["protocol"];
  readonly device_name: string;
  readonly master_server_address: string;
  readonly metadata_server: string;
  readonly enable_offload: boolean;
}

const clock = new OsClock();
const log: Log = (line) => console.error(`INFO ${clock.wallTime()} [vllm_standin.ts] ${line}`);
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number | undefined> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      port: { type: "string" },
      "engine-config": { type: "string" },
      "kv-transfer-config": { type: "string", default: "" },
    },
  });
  const path = values["engine-config"];
  if (positionals[0] !== "serve" || path === undefined || values.port === undefined) {
    console.error(
      "vllm_standin: must be started as: serve MODEL --port N --engine-config {engine_config}. Put these words into engine.command.",
    );
    return EXIT.USAGE;
  }
  const written = JSON.parse(readFileSync(path, "utf8")) as EngineProcess;
  const config = asLaunched({ ...written, http_port: Number(values.port) }, values["kv-transfer-config"]);
  const secret = readSharedSecret();
  if (!secret.ok) {
    console.error(secret.error);
    return EXIT.USAGE;
  }
  const started = await startEngine(config, clock, log, secret.value);
  if (!started.ok) {
    console.error(`${config.name}: ${started.error.detail}`);
    return EXIT.STACK_FAILED;
  }
  log(`${config.name} serves at port ${started.value.http_port}`);
  const end = async (): Promise<void> => {
    log(`${config.name} stops`);
    await started.value.stop();
    process.exit(EXIT.DONE);
  };
  process.once("SIGTERM", () => void end());
  process.once("SIGINT", () => void end());
  return undefined;
}

/** With what its command line and environment say, where it is to use a real Mooncake. */
function asLaunched(config: EngineProcess, kv_transfer_config: string): EngineProcess {
  const { mooncake, core } = config;
  if (mooncake === null || core.connector === null) return config;
  const path = process.env["MOONCAKE_CONFIG_PATH"];
  if (path === undefined || !kv_transfer_config.includes('"MooncakeStoreConnector"'))
    return { ...config, mooncake: null, core: { ...core, connector: null } };
  const worker = JSON.parse(readFileSync(path, "utf8")) as WorkerFile;
  const segment = process.env["MOONCAKE_PREFERRED_SEGMENT"]?.trim() ?? "";
  if (segment !== "") log(`Mooncake preferred_segment from MOONCAKE_PREFERRED_SEGMENT: ${segment}`);
  return {
    ...config,
    core: {
      ...core,
      connector: {
        ...core.connector,
        preferred_segment: segment === "" ? null : segment,
        enable_offload: worker.enable_offload,
      },
    },
    mooncake: {
      ...mooncake,
      setup: {
        ...mooncake.setup,
        local_buffer_bytes: worker.local_buffer_size,
        protocol: worker.protocol,
        device_name: worker.device_name,
        master_address: worker.master_server_address,
        metadata_server: worker.metadata_server,
      },
    },
  };
}
