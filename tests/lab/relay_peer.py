#!/usr/bin/env python3
"""One end of a relayed tunnel, written from vpn-protocol(7) alone: binds an SPI at a relay and sends numbered datagrams to another.

    relay_peer.py --via udp|tcp|tls --relay ADDRESS:PORT --token FILE --to SPI [--send N] [--expect N] [--size BYTES]
    relay_peer.py token --key PEM --relay N --node N --spi N [--kbit N] [--expires SECONDS]    prints a token, in hex

The first form prints "bound SPI" or "refused CODE", then for each datagram that came "got NUMBER", and ends after --expect of them, or
with exit code 1 after --patience seconds. Numbers and SPIs may be hexadecimal with 0x."""
import argparse
import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

MAGIC = bytes.fromhex("42555249")
BIND, BIND_OK, BIND_ERR, PING, PONG = 1, 2, 3, 4, 5


def number(text):
    return int(text, 0)


def make_token(options):
    expires = int(time.time()) + options.expires
    claims = struct.pack(">BIIIIQ", 1, options.relay, options.node, options.spi, options.kbit, expires)
    with tempfile.NamedTemporaryFile() as content:
        content.write(b"buri relay token" + claims)
        content.flush()
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", options.key, "-in", content.name]
        signature = subprocess.run(command, check=True, capture_output=True).stdout
    print((claims + signature).hex())


class udp_way:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = address

    def send(self, datagram):
        self.socket.sendto(datagram, self.address)

    def receive(self, until):
        if not select.select([self.socket], [], [], max(0, until - time.monotonic()))[0]:
            return None
        datagram, sender = self.socket.recvfrom(65536)
        assert sender == self.address, f"{sender} is not the relay"
        return datagram


class stream_way:
    def __init__(self, address, is_tls):
        self.socket = socket.create_connection(address, 5)
        self.held = b""
        if is_tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["buri-relay"])
            self.socket = context.wrap_socket(self.socket, server_hostname="relay.example.org")
            assert self.socket.selected_alpn_protocol() == "buri-relay"

    def send(self, datagram):
        self.socket.sendall(struct.pack(">I", len(datagram)) + datagram)

    def receive(self, until):
        while len(self.held) < 4 or len(self.held) < 4 + struct.unpack(">I", self.held[:4])[0]:
            self.socket.settimeout(max(0.001, until - time.monotonic()))
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                return None
            if not more:
                sys.exit("the relay ended the stream")
            self.held += more
        size = 4 + struct.unpack(">I", self.held[:4])[0]
        datagram, self.held = self.held[4:size], self.held[size:]
        return datagram


def ask(way, request, tags):
    """Repeats the request until it is answered."""
    for _ in range(20):
        way.send(request)
        until = time.monotonic() + 0.5
        while (answer := way.receive(until)) is not None:
            if answer[:4] == MAGIC and answer[4] in tags:
                assert len(answer) <= len(request), "an answer is longer than its request"
                return answer
    sys.exit("the relay does not answer")


def cookie_of(way):
    nonce = os.urandom(8)
    pong = ask(way, MAGIC + bytes([PING]) + nonce + bytes(12), [PONG])
    assert len(pong) == 25 and pong[5:13] == nonce
    return pong[13:21]


def bind(way, token, cookie):
    request = MAGIC + bytes([BIND]) + cookie + struct.pack(">H", len(token)) + token
    answer = ask(way, request, [BIND_OK, BIND_ERR])
    spi, value = struct.unpack(">IH", answer[5:])
    print(f"bound {spi:#010x}" if answer[4] == BIND_OK else f"refused {value}", flush=True)
    return answer[4] == BIND_OK


def content(count, size):
    return bytes((count * 7 + i) % 256 for i in range(size))


def run(options):
    host, port = options.relay.rsplit(":", 1)
    address = (host, int(port))
    way = udp_way(address) if options.via == "udp" else stream_way(address, options.via == "tls")
    if options.token:
        cookie = cookie_of(way) if options.via == "udp" and not options.no_cookie else bytes(8)
        with open(options.token, encoding="ascii") as file:
            token = bytes.fromhex(file.read().strip())
        if not bind(way, token, cookie):
            sys.exit(3)
    got = 0

    def listen(until):
        """True if a datagram came."""
        nonlocal got
        datagram = way.receive(until)
        if datagram is None:
            return False
        if datagram[:4] != MAGIC:
            count = struct.unpack(">I", datagram[4:8])[0]
            assert datagram[8:] == content(count, len(datagram) - 8), "a datagram was changed"
            got += 1
            print(f"got {count}", flush=True)
        return True

    until = time.monotonic() + options.patience
    while options.go and not os.path.exists(options.go) and time.monotonic() < until:
        listen(time.monotonic() + 0.02)
    for count in range(1, options.send + 1):
        way.send(struct.pack(">II", options.to, count) + content(count, options.size))
        while options.pace and listen(time.monotonic() + options.pace):
            pass
    until = time.monotonic() + options.patience
    while got < options.expect:
        if not listen(until):
            sys.exit(f"{got} of {options.expect} came in time")


def main():
    if sys.argv[1:2] == ["token"]:
        parser = argparse.ArgumentParser()
        parser.add_argument("--key", required=True)
        for name in ("--relay", "--node", "--spi"):
            parser.add_argument(name, type=number, required=True)
        parser.add_argument("--kbit", type=number, default=0)
        parser.add_argument("--expires", type=number, default=3600)
        return make_token(parser.parse_args(sys.argv[2:]))
    parser = argparse.ArgumentParser()
    parser.add_argument("--via", choices=["udp", "tcp", "tls"], default="udp")
    parser.add_argument("--relay", required=True)
    parser.add_argument("--token")
    parser.add_argument("--no-cookie", action="store_true")
    parser.add_argument("--go", help="begin to send once this file is there")
    parser.add_argument("--to", type=number, default=0)
    parser.add_argument("--send", type=int, default=0)
    parser.add_argument("--pace", type=float, default=0)
    parser.add_argument("--expect", type=int, default=0)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--patience", type=float, default=10)
    return run(parser.parse_args())


main()
