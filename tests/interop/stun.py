"""Discovery: what the server's STUN ports see of the node's socket (RFC 8489)."""
import asyncio
import ipaddress
import os
import struct

from wire import Reader, Refused, endpoint_text

COOKIE = 0x2112A442


async def binding(node, port):
    transaction = os.urandom(12)
    request = struct.pack(">HHI12sHH", 1, 24, COOKIE, transaction, 0x8022, 20) + b"stranger stranger 1."
    answer = node.bindings[transaction] = asyncio.get_running_loop().create_future()
    pause = 0.1
    for _ in range(7):
        node.transmit(request, (node.options.server, port))
        try:
            return await asyncio.wait_for(asyncio.shield(answer), pause)
        except asyncio.TimeoutError:
            pause *= 2
    return None


def answered(node, data):
    reader = Reader(data)
    kind, size, cookie, transaction = reader.number(2), reader.number(2), reader.number(4), reader.take(12)
    answer = node.bindings.pop(transaction, None)
    if kind != 0x0101 or cookie != COOKIE or size != len(data) - 20 or answer is None or len(data) > 44:
        raise Refused("not an answer to a request of this node")
    while reader.at < len(data):
        attribute, length = reader.number(2), reader.number(2)
        value = Reader(reader.take(length + -length % 4))
        if attribute != 0x0020:
            continue
        family, port = value.number(2), value.number(2) ^ COOKIE >> 16
        mask = COOKIE.to_bytes(4, "big") + transaction
        address = bytes(a ^ b for a, b in zip(value.take(4 if family == 1 else 16), mask))
        answer.set_result((str(ipaddress.ip_address(address)), port))
        return
    raise Refused("no XOR-MAPPED-ADDRESS")


async def discover(node):
    """The candidates to tell, and the kind of NAT."""
    hosts = [(address, node.port) for address in node.options.address]
    mapped = [found for found in await asyncio.gather(binding(node, 17771), binding(node, 17772)) if found]
    candidates = [{"kind": "host", "at": endpoint_text(each)} for each in hosts]
    candidates += [{"kind": "mapped", "at": endpoint_text(each)} for each in dict.fromkeys(mapped) if each not in hosts]
    if not mapped:
        return candidates, "unknown"
    if len(set(mapped)) > 1:
        return candidates, "address_dependent"
    return candidates, "none" if mapped[0] in hosts else "endpoint_independent"
