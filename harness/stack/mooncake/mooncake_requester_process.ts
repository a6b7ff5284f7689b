// The process that holds an engine's requester of a real Mooncake store, and calls to it. When it ends, calls under way and all
// later ones fail; nothing is started anew, as the store it knew may be gone.

import type { FileSink, Subprocess } from "bun";
import { assert } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type RpcError, rpcError } from "../../wire/rpc_error.ts";
import type { StartError } from "../start_error.ts";
import type {
  RequesterOp,
  RequesterReply,
  RequesterRequest,
  RequesterResults,
  RequesterSetup,
} from "./mooncake_requester_protocol.ts";

export interface RequesterProcessOptions {
  /** `python mooncake_requester.py`, or a Bun on mooncake_library_requester.ts. */
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly setup: RequesterSetup;
  /** Where what it logs goes: inherit, or a file descriptor. */
  readonly stderr: "inherit" | "ignore" | number;
}

type Pending = (reply: Result<RequesterResults[RequesterOp], RpcError>) => void;
type Child = Subprocess<"pipe", "pipe", "inherit" | "ignore" | number>;

export class MooncakeRequesterProcess {
  readonly #child: Child;
  readonly #stdin: FileSink;
  readonly #pending = new Map<number, Pending>();
  #next_id = 0;
  #lost: string | null = null;

  private constructor(child: Child) {
    this.#child = child;
    this.#stdin = child.stdin;
  }

  /** Resolves when the requester is connected to the store, or with why it never will be. */
  static async start(
    options: RequesterProcessOptions,
  ): Promise<Result<MooncakeRequesterProcess, StartError>> {
    const child = Bun.spawn([...options.argv], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: options.stderr,
      env: { ...options.env },
    });
    const requester = new MooncakeRequesterProcess(child);
    const ready = requester.#listen();
    requester.#write(options.setup);
    if (await ready) return ok(requester);
    await child.exited;
    return err({
      code: "peer_unreachable",
      detail: `the requester ended with code ${child.exitCode} before it was connected to ${options.setup.master_address}; its log says why`,
    });
  }

  async call<Op extends RequesterOp>(
    request: Extract<RequesterRequest, { op: Op }>,
  ): Promise<Result<RequesterResults[Op], RpcError>> {
    if (this.#lost !== null) return err(rpcError("RPC_FAIL", this.#lost));
    const id = this.#next_id++;
    const { promise, resolve } = Promise.withResolvers<Result<RequesterResults[RequesterOp], RpcError>>();
    this.#pending.set(id, resolve);
    this.#write({ id, ...request });
    const reply = await promise;
    // A reply's shape follows from the op of its request.
    return reply as Result<RequesterResults[Op], RpcError>;
  }

  async close(): Promise<void> {
    this.#fail("the requester was closed");
    await this.#stdin.end();
    await this.#child.exited;
  }

  #write(message: object): void {
    this.#stdin.write(`${JSON.stringify(message)}\n`);
    this.#stdin.flush();
  }

  /** True at the ready line, false when the process ends before it. */
  #listen(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of this.#child.stdout) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) if (this.#receive(line)) resolve(true);
      }
      this.#fail(`the requester process ${this.#child.pid} has ended`);
      resolve(false);
    };
    void read();
    return promise;
  }

  /** True for the ready line. */
  #receive(line: string): boolean {
    const message: { ready: true } | RequesterReply = JSON.parse(line);
    if ("ready" in message) return true;
    const settle = this.#pending.get(message.id);
    assert(settle !== undefined, "a reply has a request");
    this.#pending.delete(message.id);
    settle("error" in message ? err(rpcError("RPC_FAIL", message.error)) : ok(message.result));
    return false;
  }

  #fail(why: string): void {
    this.#lost ??= why;
    for (const settle of this.#pending.values()) settle(err(rpcError("RPC_FAIL", why)));
    this.#pending.clear();
  }
}
