// The process that holds a requester through the user's own libmooncake_store.so: same protocol as mooncake_requester.py, one
// request at a time, as every call of the library blocks. Started as `bun mooncake_library_requester.ts <library>`.

import { MooncakeLibrary } from "../../../native/ffi/mooncake_library.ts";
import { present, unreachable } from "../../domain/assert.ts";
import { describeReplicas } from "./mooncake_replica_query.ts";
import type {
  RequesterOp,
  RequesterRequest,
  RequesterResults,
  RequesterSetup,
  WireItem,
} from "./mooncake_requester_protocol.ts";

const [library_path = ""] = process.argv.slice(2);
await serve(library_path);

async function serve(path: string): Promise<void> {
  const opened = MooncakeLibrary.open(path);
  if (!opened.ok) return fail(opened.error.detail);
  const library = opened.value;
  let serves: Requester | null = null;
  for await (const line of lines()) {
    const message: unknown = JSON.parse(line);
    if (serves === null) {
      const setup = message as RequesterSetup;
      const code = library.setup(setup);
      if (code !== 0) return fail(`mooncake_store_setup failed with code ${code}`);
      serves = new Requester(library, setup.metrics_address);
      say({ ready: true });
    } else {
      const { id, ...request } = message as { id: number } & RequesterRequest;
      say(await answer(serves, id, request as RequesterRequest));
    }
  }
  library.close();
}

async function answer(requester: Requester, id: number, request: RequesterRequest): Promise<object> {
  try {
    return { id, result: await requester.handle(request) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

class Requester {
  readonly #library: MooncakeLibrary;
  readonly #metrics_address: string;
  /** region_id → address of the region's first byte. */
  readonly #regions = new Map<number, number>();

  constructor(library: MooncakeLibrary, metrics_address: string) {
    this.#library = library;
    this.#metrics_address = metrics_address;
  }

  async handle(request: RequesterRequest): Promise<RequesterResults[RequesterOp]> {
    switch (request.op) {
      case "register": {
        const address = this.#library.mapFile(request.path, request.offset);
        this.#regions.set(request.region_id, address);
        return this.#library.register(address, request.bytes);
      }
      case "exists":
        return this.#library.exists(request.keys);
      case "describe":
        return describeReplicas(this.#metrics_address, request.keys);
      case "get":
        return this.#library.get(request.items.map((item) => this.#range(item)));
      case "put":
        return this.#library.put(
          request.items.map((item) => this.#range(item)),
          request.config,
        );
      case "remove":
        return this.#library.remove(request.key, request.force);
      case "remove_all":
        return this.#library.removeAll(request.force);
      default:
        return unreachable(request);
    }
  }

  #range([key, region_id, offset, bytes]: WireItem): { key: string; address: number; bytes: number } {
    const address = present(this.#regions.get(region_id), "the region is registered") + offset;
    return { key, address, bytes };
  }
}

async function* lines(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of Bun.stdin.stream()) {
    text += decoder.decode(chunk, { stream: true });
    const complete = text.split("\n");
    text = complete.pop() ?? "";
    yield* complete;
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function fail(why: string): void {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}
