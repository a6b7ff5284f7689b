// Serves a service's ops on one address. Replies leave in the order in which handlers finish.
//
// A request that cannot be decoded is answered with an error, and the connection lives on; a stream that cannot be cut into
// frames is closed. A client that does not read its replies is not read from until it does. With a secret, a connection that has not
// proved that it knows it is refused whatever else it says.

import { existsSync, rmSync } from "node:fs";
import type { Socket, SocketHandler, SocketListener } from "bun";
import { unpredictableBytes } from "../clock/unpredictable_bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type Address, describeAddress } from "./address.ts";
import { decode } from "./codec.ts";
import {
  CHALLENGE,
  challenge,
  FrameReader,
  NO_CALL,
  PROOF,
  proof,
  REPLY_ERROR,
  REPLY_OK,
  replyError,
} from "./frame.ts";
import { MAX_MESSAGE_BYTES, MAX_UNPROVED_BYTES } from "./limits.ts";
import type { Handlers, Service, ServiceTypes } from "./rpc_service.ts";
import { SendQueue } from "./send_queue.ts";
import type { SharedSecret } from "./shared_secret.ts";

export interface RpcServer {
  /** Where it listens; a TCP port of 0 has become the one that the kernel chose. */
  readonly address: Address;
  /** Closes every connection and removes the socket file. */
  stop(): void;
}

export interface ListenError {
  readonly code: "address_taken" | "cannot_listen";
  readonly detail: string;
}

/** Answers one decoded request, or says what is wrong with the payload. */
type Answer = (call_id: number, payload: Uint8Array, queue: SendQueue) => void;

interface Connection {
  readonly queue: SendQueue;
  readonly frames: FrameReader;
  /** What the client is to prove first; null: nothing, or it has. */
  nonce: string | null;
}

const NONCE_BYTES = 32;

const PAUSE_UNSENT_BYTES = 8_388_608;

export async function serveRpc<T extends ServiceTypes<T>>(
  address: Address,
  service: Service<T>,
  handlers: Handlers<T>,
  secret: SharedSecret | null = null,
): Promise<Result<RpcServer, ListenError>> {
  if (address.kind === "unix" && existsSync(address.path)) {
    if (await isAnswering(address.path)) return err(taken(address));
    rmSync(address.path); // Left behind by a process that was killed.
  }
  const answers = buildAnswers(service, handlers);
  const sockets = new Set<Socket<Connection>>();
  try {
    const listener = listen(address, {
      open(socket) {
        sockets.add(socket);
        socket.data = openConnection(socket, answers, secret);
      },
      data(socket, chunk) {
        if (!socket.data.frames.push(chunk).ok) socket.end();
        if (socket.data.queue.unsent_bytes > PAUSE_UNSENT_BYTES) socket.pause();
      },
      drain(socket) {
        socket.data.queue.flush();
        if (socket.data.queue.unsent_bytes === 0) socket.resume();
      },
      close(socket) {
        socket.data.queue.detach();
        sockets.delete(socket);
      },
      error() {}, // A close follows.
    });
    return ok(running(address, listener, sockets));
  } catch (error) {
    return err(listenError(address, error));
  }
}

function buildAnswers<T extends ServiceTypes<T>>(
  service: Service<T>,
  handlers: Handlers<T>,
): Map<number, Answer> {
  const answers = new Map<number, Answer>();
  const add = <Op extends keyof T>(op: Op): void => {
    const { op_code, request, reply } = service[op];
    const handler = handlers[op];
    answers.set(op_code, async (call_id, payload, queue) => {
      const decoded = decode(request, payload);
      if (!decoded.ok) return refuse(queue, call_id, `malformed ${String(op)}: ${decoded.error}`);
      const pending = handler(decoded.value);
      const value = pending instanceof Promise ? await pending : pending;
      const fault = queue.append(call_id, REPLY_OK, reply, value);
      if (fault !== null) refuse(queue, call_id, `reply of ${String(op)}: ${fault}`);
    });
  };
  for (const op in service) add(op);
  return answers;
}

function openConnection(
  socket: Socket<Connection>,
  answers: ReadonlyMap<number, Answer>,
  secret: SharedSecret | null,
): Connection {
  const queue = new SendQueue();
  queue.attach(socket);
  const frames = new FrameReader((call_id, kind, payload) => {
    if (secret !== null && connection.nonce !== null) {
      if (!isProof(secret, connection.nonce, kind, payload)) return turnAway(socket, queue);
      connection.nonce = null;
      frames.limit_bytes = MAX_MESSAGE_BYTES;
      return;
    }
    const answer = answers.get(kind);
    if (answer === undefined) refuse(queue, call_id, `op ${kind} does not exist`);
    else answer(call_id, payload, queue);
  });
  const connection: Connection = { queue, frames, nonce: null };
  if (secret !== null) {
    connection.nonce = Buffer.from(unpredictableBytes(NONCE_BYTES)).toString("hex");
    frames.limit_bytes = MAX_UNPROVED_BYTES;
    queue.append(NO_CALL, CHALLENGE, challenge, { nonce: connection.nonce });
  }
  return connection;
}

function isProof(secret: SharedSecret, nonce: string, kind: number, payload: Uint8Array): boolean {
  if (kind !== PROOF) return false;
  const decoded = decode(proof, payload);
  return decoded.ok && secret.accepts(nonce, decoded.value.proof);
}

function turnAway(socket: Socket<Connection>, queue: SendQueue): void {
  refuse(queue, NO_CALL, "this server serves only who knows its shared secret");
  queue.flush();
  socket.end();
}

function refuse(queue: SendQueue, call_id: number, detail: string): void {
  queue.append(call_id, REPLY_ERROR, replyError, { detail: detail.slice(0, 1024) });
}

function listen(address: Address, socket: SocketHandler<Connection>): SocketListener<Connection> {
  if (address.kind === "unix") return Bun.listen<Connection>({ unix: address.path, socket });
  return Bun.listen<Connection>({ hostname: address.host, port: address.port, socket });
}

function running(
  address: Address,
  listener: SocketListener<Connection>,
  sockets: ReadonlySet<Socket<Connection>>,
): RpcServer {
  const port = "port" in listener && typeof listener.port === "number" ? listener.port : 0;
  return {
    address: address.kind === "tcp" ? { ...address, port } : address,
    stop() {
      listener.stop(true);
      for (const socket of sockets) socket.end();
      if (address.kind === "unix") rmSync(address.path, { force: true });
    },
  };
}

/** Whether a live process accepts connections on the socket file. */
async function isAnswering(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data() {}, connectError() {} } });
    socket.end();
    return true;
  } catch {
    return false; // ECONNREFUSED: a file nobody listens on.
  }
}

function taken(address: Address): ListenError {
  return {
    code: "address_taken",
    detail: `${describeAddress(address)} is in use by a running process. Stop it or choose another address.`,
  };
}

function listenError(address: Address, error: unknown): ListenError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return taken(address);
  return { code: "cannot_listen", detail: `cannot listen on ${describeAddress(address)}: ${message}` };
}
