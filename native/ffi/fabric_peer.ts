// Starts fabric_peer_process.ts as a process of its own and asks it for things.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import type { PeerCommand } from "./fabric_peer_process.ts";
import type { FabricOptions } from "./open_fabric.ts";

const SCRIPT = join(import.meta.dir, "fabric_peer_process.ts");

export class FabricPeer implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #output: AsyncIterator<Uint8Array>;
  #rest = "";

  /** `launcher`: a command that runs the one behind it (prlimit, setpriv). */
  constructor(shm: string, options: FabricOptions, launcher: readonly string[] = []) {
    this.#child = Bun.spawn([...launcher, process.execPath, SCRIPT, shm, JSON.stringify(options)], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    this.#output = this.#child.stdout[Symbol.asyncIterator]();
  }

  own(segment: string, generation = 3): Promise<FabricKey> {
    return this.ask({ do: "own", segment, generation });
  }

  /** Codes of verifying what lies in `segment` as the blocks of `of`. */
  verify(segment: string, of: string, generation = 3): Promise<readonly string[]> {
    return this.ask({ do: "verify", segment, of, generation });
  }

  async ask<Answer>(command: PeerCommand): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    this.#child.stdin.flush();
    while (!this.#rest.includes("\n")) {
      const next = await this.#output.next();
      assert(next.done !== true, `the peer answers ${command.do}`);
      this.#rest += new TextDecoder().decode(next.value);
    }
    const end = this.#rest.indexOf("\n");
    const answer: Answer = JSON.parse(this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end + 1);
    return answer;
  }

  /** A stopped peer stands still, with all its threads, when this returns. */
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
    this.#child.kill(name);
    while (name === "SIGSTOP" && !this.#standsStill());
  }

  #standsStill(): boolean {
    const tasks = `/proc/${this.#child.pid}/task`;
    return readdirSync(tasks).every((task) =>
      /\) [TZ]/.test(readFileSync(join(tasks, task, "stat"), "utf8")),
    );
  }

  /** Resolves when the process has ended. */
  async exited(): Promise<void> {
    await this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}
