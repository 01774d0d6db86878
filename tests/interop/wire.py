"""What messages are made of: numbers, texts, CBOR maps, endpoints, internet packets."""
import ipaddress
import random
import struct


class Refused(Exception):
    """A message that is not by the rules."""


def u8(value):
    return struct.pack(">B", value)


def u16(value):
    return struct.pack(">H", value)


def u32(value):
    return struct.pack(">I", value)


def var(data):
    return u16(len(data)) + data


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if len(self.data) - self.at < size:
            raise Refused("a message ends too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def var(self, limit):
        size = self.number(2)
        if size > limit:
            raise Refused("a field is too long")
        return self.take(size)

    def end(self):
        if self.at != len(self.data):
            raise Refused("bytes behind a message")


# Every form that RFC 8949 gives a length or a number is allowed, so the writer uses them all.
def cbor_head(major, value):
    forms = [(size, code) for size, code in ((1, 24), (2, 25), (4, 26), (8, 27)) if value < 1 << 8 * size]
    if value < 24:
        forms.append((0, value))
    size, code = random.choice(forms)
    return u8(major << 5 | code) + (value.to_bytes(size, "big") if size else b"")


def cbor(item):
    if item is None:
        return b"\xf6"
    if item is True or item is False:
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return cbor_head(0, item) if item >= 0 else cbor_head(1, -1 - item)
    if isinstance(item, bytes):
        return cbor_head(2, len(item)) + item
    if isinstance(item, str):
        return cbor_head(3, len(item.encode())) + item.encode()
    if isinstance(item, (list, tuple)):
        return cbor_head(4, len(item)) + b"".join(map(cbor, item))
    keys = random.sample(list(item), len(item))
    return cbor_head(5, len(item)) + b"".join(cbor(key) + cbor(item[key]) for key in keys)


def cbor_item(reader, depth):
    first = reader.number(1)
    major, code = first >> 5, first & 31
    if major == 7:
        if code not in (20, 21, 22):
            raise Refused("a simple value that is not true, false or null")
        return {20: False, 21: True, 22: None}[code]
    if major == 6 or code > 27:
        raise Refused("a tag or an indefinite length")
    value = code if code < 24 else reader.number(1 << code - 24)
    if major < 2:
        if major == 1 and value > 2**63 - 1:
            raise Refused("a negative number below -2^63")
        return value if major == 0 else -1 - value
    if major == 2:
        return reader.take(value)
    if major == 3:
        try:
            return reader.take(value).decode()
        except UnicodeDecodeError:
            raise Refused("text that is not UTF-8") from None
    if depth == 8 or value > 200000:
        raise Refused("too many levels or items")
    if major == 4:
        return [cbor_item(reader, depth + 1) for _ in range(value)]
    found = {}
    for _ in range(value):
        key = cbor_item(reader, depth + 1)
        if not isinstance(key, str) or key in found:
            raise Refused("a key twice, or no text")
        found[key] = cbor_item(reader, depth + 1)
    return found


def cbor_map(data):
    reader = Reader(data)
    found = cbor_item(reader, 0)
    reader.end()
    if not isinstance(found, dict):
        raise Refused("not a map")
    return found


def field(message, name, kind, limit=None):
    value = message.get(name)
    if type(value) is not kind:
        raise Refused(f"'{name}' is missing or has another type")
    if limit is not None and (value if kind is int else len(value.encode() if kind is str else value)) > limit:
        raise Refused(f"'{name}' is out of range")
    return value


def node_number(text):
    return int(ipaddress.IPv4Address(text))


def node_text(number):
    return str(ipaddress.IPv4Address(number))


def endpoint_text(endpoint):
    host, port = endpoint
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def endpoint_of(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Refused("an endpoint")
    return str(ipaddress.ip_address(host.strip("[]"))), int(port)


def endpoint_bytes(endpoint):
    address = ipaddress.ip_address(endpoint[0])
    return u8(address.version) + u16(endpoint[1]) + address.packed


def endpoint_from(reader):
    family, port = reader.number(1), reader.number(2)
    if family not in (4, 6):
        raise Refused("an address family")
    return str(ipaddress.ip_address(reader.take(4 if family == 4 else 16))), port


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2 + len(data) % 2}H", data + b"\0" * (len(data) % 2)))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - (total & 0xFFFF) - (total >> 16)


def icmp(source, destination, kind, rest):
    """An ICMP or ICMPv6 message in its packet. kind is 8 and 0 for echo and its reply, in both families."""
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if source.version == 4:
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 24 + len(rest), 0, 0, 64, 1, 0, source.packed, destination.packed)
        head = head[:10] + u16(checksum(head)) + head[12:]
        return head + u8(kind) + b"\0" + u16(checksum(u8(kind) + b"\0\0\0" + rest)) + rest
    kind = {8: 128, 0: 129}[kind]
    pseudo = source.packed + destination.packed + u32(4 + len(rest)) + u32(58)
    head = struct.pack(">IHBB16s16s", 6 << 28, 4 + len(rest), 58, 64, source.packed, destination.packed)
    return head + u8(kind) + b"\0" + u16(checksum(pseudo + u8(kind) + b"\0\0\0" + rest)) + rest


def addresses_of(packet):
    """Source and destination of an internet packet."""
    if packet[0] >> 4 == 4 and len(packet) >= 20:
        return str(ipaddress.ip_address(packet[12:16])), str(ipaddress.ip_address(packet[16:20]))
    if packet[0] >> 4 == 6 and len(packet) >= 40:
        return str(ipaddress.ip_address(packet[8:24])), str(ipaddress.ip_address(packet[24:40]))
    raise Refused("not an internet packet")


def echo_of(packet):
    """(kind, the rest of the message) if it is an ICMP echo (8) or its reply (0), else None."""
    if packet[0] >> 4 == 4:
        at = 4 * (packet[0] & 15)
        if packet[9] == 1 and len(packet) >= at + 8 and packet[at] in (8, 0):
            return packet[at], packet[at + 4 :]
    elif packet[6] == 58 and len(packet) >= 48 and packet[40] in (128, 129):
        return {128: 8, 129: 0}[packet[40]], packet[44:]
    return None
