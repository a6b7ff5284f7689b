"""Holds one requester of a real Mooncake store for one engine.

Reads one JSON request a line on stdin and answers one JSON line each on stdout, in any order (replies carry the request's id).
Requests and replies name keys and ranges of registered shared memory; the bytes themselves never pass here. Shapes:
harness/stack/mooncake/mooncake_requester_protocol.ts. Ends when stdin closes.
"""

import ctypes
import http.client
import json
import mmap
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from mooncake.store import MooncakeDistributedStore, ReplicateConfig

WORKERS = 4
HTTP_TIMEOUT_S = 10
# A longer request line is refused by the master.
KEYS_PER_QUERY = 32
SOFT_PIN_ENABLE = "ENABLE"


class Requester:
    def __init__(self, setup):
        self.regions = {}
        self.maps = []
        self.metrics_address = setup["metrics_address"]
        self.store = MooncakeDistributedStore()
        code = self.store.setup(
            setup["local_hostname"],
            setup["metadata_server"],
            0,
            setup["local_buffer_bytes"],
            setup["protocol"],
            setup["device_name"],
            setup["master_address"],
        )
        if code != 0:
            raise RuntimeError(f"Initialize MooncakeDistributedStore failed. (code {code})")

    def register(self, request):
        descriptor = os.open(request["path"], os.O_RDWR)
        mapped = mmap.mmap(descriptor, 0)
        os.close(descriptor)
        address = ctypes.addressof(ctypes.c_char.from_buffer(mapped)) + request["offset"]
        self.maps.append(mapped)
        self.regions[request["region_id"]] = address
        return self.store.register_buffer(address, request["bytes"])

    def exists(self, request):
        return self.store.batch_is_exist(request["keys"])

    def describe(self, request):
        return describe(self.metrics_address, request["keys"])

    def get(self, request):
        return self.store.batch_get_into(*self.ranges(request["items"]))

    def put(self, request):
        keys, addresses, sizes = self.ranges(request["items"])
        return self.store.batch_put_from(keys, addresses, sizes, replicate_config(request["config"]))

    def remove(self, request):
        return self.store.remove(request["key"], request["force"])

    def remove_all(self, request):
        return self.store.remove_all(request["force"])

    def ranges(self, items):
        keys = [key for key, _, _, _ in items]
        addresses = [self.regions[region_id] + offset for _, region_id, offset, _ in items]
        return keys, addresses, [size for _, _, _, size in items]


def describe(address, keys):
    """[tier, segment] a key, asked of the master's HTTP port: unlike the store's own call it grants no lease and counts no hit."""
    connection = http.client.HTTPConnection(address, timeout=HTTP_TIMEOUT_S)
    found = {}
    for at in range(0, len(keys), KEYS_PER_QUERY):
        connection.request("GET", "/batch_query_keys?keys=" + ",".join(keys[at : at + KEYS_PER_QUERY]))
        found.update(json.loads(connection.getresponse().read()).get("data") or {})
    connection.close()
    return [first_replica(found.get(key) or {}) for key in keys]


def first_replica(entry):
    """The copy that a get reads first: memory before disk."""
    for tier, name in (("cpu", "values"), ("disk", "local_disk_values"), ("disk", "disk_values")):
        copies = entry.get(name)
        if copies:
            return [tier, copies[0].get("transport_endpoint_")]
    return [None, None]


def replicate_config(asked):
    config = ReplicateConfig()
    config.replica_num = asked["replica_num"]
    config.preferred_segments = asked["preferred_segments"]
    config.with_hard_pin = asked["hard_pin"]
    if asked["soft_pin"]:
        config.soft_pin_action = type(config.soft_pin_action).__members__[SOFT_PIN_ENABLE]
    if asked["soft_pin_ttl_ms"] is not None:
        config.soft_pin_ttl_ms = asked["soft_pin_ttl_ms"]
    if asked["group_ids"]:
        config.group_ids = asked["group_ids"]
    return config


OPS = ("register", "exists", "describe", "get", "put", "remove", "remove_all")


def serve():
    # The store logs to stdout too; replies keep the real one for themselves.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    lock = threading.Lock()

    def reply(message):
        with lock:
            replies.write(json.dumps(message) + "\n")
            replies.flush()

    def answer(requester, request):
        try:
            reply({"id": request["id"], "result": getattr(requester, request["op"])(request)})
        except Exception as error:  # An exception of the store is an answer too: the caller counts it.
            reply({"id": request["id"], "error": f"{type(error).__name__}: {error}"})

    requester = Requester(json.loads(sys.stdin.readline()))
    reply({"ready": True})
    with ThreadPoolExecutor(WORKERS) as pool:
        for line in sys.stdin:
            request = json.loads(line)
            if request["op"] not in OPS:
                reply({"id": request["id"], "error": f"unknown op {request['op']}"})
            else:
                pool.submit(answer, requester, request)
    requester.store.close()


if __name__ == "__main__":
    serve()
