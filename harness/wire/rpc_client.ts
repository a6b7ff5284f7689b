// Calls ops of one server over one connection. Calls are pipelined: any number may be out, replies come in any order.
//
// A call always ends: with a reply, with RPC_TIMEOUT at its deadline, or with RPC_FAIL when the connection cannot be made or
// is lost. The next call after a loss connects again. A call that timed out may still be carried out by the server.

import type { Socket, SocketHandler } from "bun";
import type { Clock } from "../clock/clock.ts";
import { err, type Result } from "../domain/result.ts";
import { msToNs, NS_PER_MS } from "../domain/units.ts";
import { type Address, describeAddress } from "./address.ts";
import { ByteWriter } from "./byte_writer.ts";
import { decode } from "./codec.ts";
import {
  CHALLENGE,
  challenge,
  FrameReader,
  NO_CALL,
  PROOF,
  proof,
  REPLY_OK,
  replyError,
  writeFrame,
} from "./frame.ts";
import { type RpcError, type RpcErrorName, rpcError } from "./rpc_error.ts";
import type { Service, ServiceTypes } from "./rpc_service.ts";
import { SendQueue } from "./send_queue.ts";
import type { SharedSecret } from "./shared_secret.ts";

export interface RpcClientOptions<T extends ServiceTypes<T>> {
  readonly address: Address;
  readonly service: Service<T>;
  readonly clock: Clock;
  readonly timeout_ms: number;
  /** What the server wants proved; without one only servers that want nothing can be called. */
  readonly secret?: SharedSecret | null;
}

interface Call {
  readonly deadline_ns: number;
  readonly answer: (kind: number, payload: Uint8Array) => void;
  readonly fail: (error: RpcError) => void;
}

/** Deadlines are looked at this often, so that no timer outlives a closed client by more. */
const SWEEP_NS: number = 250 * NS_PER_MS;
const LAST_CALL_ID = 2 ** 32 - 1;

export class RpcClient<T extends ServiceTypes<T>> {
  readonly #options: RpcClientOptions<T>;
  /** In the order of their deadlines, since all have the same timeout. */
  readonly #calls = new Map<number, Call>();
  readonly #queue = new SendQueue();
  #state: "idle" | "connecting" | "proving" | "open" | "closed" = "idle";
  #socket: Socket | null = null;
  #last_call_id = 0;
  #sweeping = false;

  constructor(options: RpcClientOptions<T>) {
    this.#options = options;
  }

  call<Op extends keyof T>(op: Op, request: T[Op]["request"]): Promise<Result<T[Op]["reply"], RpcError>> {
    if (this.#state === "closed") return Promise.resolve(err(rpcError("RPC_FAIL", "the client is closed")));
    const { op_code, request: codec, reply } = this.#options.service[op];
    const call_id = this.#nextCallId();
    const fault = this.#queue.append(call_id, op_code, codec, request);
    if (fault !== null) return Promise.resolve(err(rpcError("INVALID_PARAMS", fault)));
    return new Promise((resolve) => {
      this.#calls.set(call_id, {
        deadline_ns: this.#options.clock.now_ns() + msToNs(this.#options.timeout_ms),
        fail: (error) => resolve(err(error)),
        answer: (kind, payload) => {
          if (kind === REPLY_OK) resolve(asReply(decode(reply, payload)));
          else resolve(err(readRefusal(payload)));
        },
      });
      this.#connect();
      this.#sweep();
    });
  }

  /** Ends every call under way with RPC_FAIL. */
  close(): void {
    this.#state = "closed";
    this.#socket?.end();
    this.#lose("the client was closed");
  }

  #nextCallId(): number {
    do {
      this.#last_call_id = this.#last_call_id === LAST_CALL_ID ? 1 : this.#last_call_id + 1;
    } while (this.#calls.has(this.#last_call_id));
    return this.#last_call_id;
  }

  #connect(): void {
    if (this.#state !== "idle") return;
    this.#state = "connecting";
    const frames = new FrameReader((call_id, kind, payload) => {
      if (call_id === NO_CALL) this.#handshake(kind, payload);
      else this.#settle(call_id, kind, payload);
    });
    const socket: SocketHandler<undefined> = {
      open: (opened: Socket) => this.#open(opened),
      data: (opened: Socket, chunk: Uint8Array) => {
        const pushed = frames.push(chunk);
        if (pushed.ok) return;
        opened.end();
        this.#lose(pushed.error);
      },
      drain: () => this.#queue.flush(),
      close: (closed: Socket) => {
        if (this.#socket === closed) this.#lose("the connection was lost");
      },
      error: () => {}, // A close follows.
      connectError: () => {}, // The promise rejects as well.
    };
    connectSocket(this.#options.address, socket).catch((error: Error) => this.#lose(error.message));
  }

  #open(socket: Socket): void {
    if (this.#state === "closed") {
      socket.end();
      return;
    }
    this.#socket = socket;
    if (this.#options.secret === undefined || this.#options.secret === null) this.#attach(socket);
    else this.#state = "proving"; // Nothing is said before the server has asked for the proof.
  }

  #attach(socket: Socket): void {
    this.#state = "open";
    this.#queue.attach(socket);
  }

  /** A challenge, or the refusal of this client. */
  #handshake(kind: number, payload: Uint8Array): void {
    const socket = this.#socket;
    if (socket === null) return;
    const secret = this.#options.secret ?? null;
    const asked = kind === CHALLENGE ? decode(challenge, payload) : null;
    if (asked?.ok === true && secret !== null) {
      const frame = new ByteWriter();
      writeFrame(frame, NO_CALL, PROOF, proof, { proof: secret.prove(asked.value.nonce) });
      socket.write(frame.written());
      this.#attach(socket);
      return;
    }
    const detail = asked === null ? readRefusal(payload).detail : "the server wants a shared secret";
    this.#lose(
      `${detail}. Start this process with the secret that the server was started with`,
      "ILLEGAL_CLIENT",
    );
    socket.end();
  }

  #settle(call_id: number, kind: number, payload: Uint8Array): void {
    const call = this.#calls.get(call_id);
    this.#calls.delete(call_id); // Unknown: it timed out.
    call?.answer(kind, payload);
  }

  /** The connection is gone: nothing sent on it will be answered. */
  #lose(reason: string, name: RpcErrorName = "RPC_FAIL"): void {
    if (this.#state !== "closed") this.#state = "idle";
    this.#socket = null;
    this.#queue.detach();
    const lost = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of lost)
      call.fail(rpcError(name, `${describeAddress(this.#options.address)}: ${reason}`));
  }

  async #sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    const { clock, timeout_ms } = this.#options;
    for (let oldest = firstValue(this.#calls); oldest !== undefined; oldest = firstValue(this.#calls)) {
      await clock.sleepUntil(Math.min(oldest.deadline_ns, clock.now_ns() + SWEEP_NS));
      for (const [call_id, call] of this.#calls) {
        if (call.deadline_ns > clock.now_ns()) break;
        this.#calls.delete(call_id);
        const asked = this.#state === "proving" ? ", and it did not ask for the shared secret" : "";
        const detail = `${describeAddress(this.#options.address)}: no reply in ${timeout_ms} ms${asked}`;
        call.fail(rpcError("RPC_TIMEOUT", detail));
      }
    }
    this.#sweeping = false;
  }
}

function connectSocket(address: Address, socket: SocketHandler<undefined>): Promise<Socket> {
  if (address.kind === "unix") return Bun.connect<undefined>({ unix: address.path, socket });
  return Bun.connect<undefined>({ hostname: address.host, port: address.port, socket });
}

function firstValue<V>(map: ReadonlyMap<number, V>): V | undefined {
  return map.values().next().value;
}

function asReply<R>(decoded: Result<R, string>): Result<R, RpcError> {
  return decoded.ok ? decoded : err(rpcError("RPC_FAIL", `malformed reply: ${decoded.error}`));
}

function readRefusal(payload: Uint8Array): RpcError {
  const refusal = decode(replyError, payload);
  return rpcError("RPC_FAIL", refusal.ok ? refusal.value.detail : `malformed refusal: ${refusal.error}`);
}
