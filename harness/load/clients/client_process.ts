// A load client in a process of its own, seen from its parent.

import { err, ok, type Result } from "../../domain/result.ts";
import type { FromClient, MessageOf, ToClient } from "./client_messages.ts";
import { sendToChild } from "./send_to_child.ts";

export interface LoadClientFailure {
  readonly code: "client_ended" | "record_twice";
  /** Worded for the user. */
  readonly detail: string;
}

type Kind = FromClient["kind"];
/** Null: the process has ended. */
type Waiter = (message: FromClient | null) => void;

export class ClientProcess implements AsyncDisposable {
  /** Called for every message, before who waits for its kind. */
  onMessage: ((message: FromClient) => void) | null = null;
  readonly #client_index: number;
  readonly #child: Bun.Subprocess;
  readonly #waiting = new Map<Kind, Waiter>();
  #ended: string | null = null;

  /** entry: a module that serves a client over its IPC channel. */
  static async start(entry: string, client_index: number): Promise<Result<ClientProcess, LoadClientFailure>> {
    const client = new ClientProcess(entry, client_index);
    const up = await client.next("up");
    return up.ok ? ok(client) : up;
  }

  private constructor(entry: string, client_index: number) {
    this.#client_index = client_index;
    this.#child = Bun.spawn({
      cmd: [process.execPath, entry],
      stdio: ["ignore", "ignore", "inherit"],
      serialization: "json",
      ipc: (message: FromClient) => this.#received(message),
      onExit: (_child, code, signal) =>
        this.#exited(signal === null ? `exit code ${code}` : `signal ${signal}`),
    });
  }

  /** Lost when the client has ended; its end fails who waits. */
  send(message: ToClient): void {
    if (this.#ended === null) sendToChild(this.#child, message);
  }

  /** The next message of this kind; one waiter a kind at a time. */
  next<K extends Kind>(kind: K): Promise<Result<MessageOf<K>, LoadClientFailure>> {
    return new Promise((resolve) => {
      const settle: Waiter = (message) =>
        resolve(message === null ? err(this.#failure()) : ok(message as MessageOf<K>));
      if (this.#ended === null) this.#waiting.set(kind, settle);
      else settle(null);
    });
  }

  ask<K extends Kind>(message: ToClient, kind: K): Promise<Result<MessageOf<K>, LoadClientFailure>> {
    const answer = this.next(kind);
    this.send(message);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #received(message: FromClient): void {
    this.onMessage?.(message);
    const waiter = this.#waiting.get(message.kind);
    this.#waiting.delete(message.kind);
    waiter?.(message);
  }

  #exited(how: string): void {
    this.#ended = how;
    for (const waiter of this.#waiting.values()) waiter(null);
    this.#waiting.clear();
  }

  #failure(): LoadClientFailure {
    return {
      code: "client_ended",
      detail: `load client ${this.#client_index} ended in the middle of its work (${this.#ended})`,
    };
  }
}
