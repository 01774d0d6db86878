#!/usr/bin/python3
"""A second implementation of a node, written from vpn-protocol(7) and the RFCs alone, to show that the page is
complete.

It has no interface: it answers pings to its VPN address by itself. It reads commands from its standard input, one a
line, and answers each with one line, "ok ..." or "error ...":

    join NETWORK, leave NETWORK, bye     requests to the server
    reconnect                            loses the connection and comes back with the tunnels it has
    tunnel PEER                          waits until a tunnel is up: "ok ROLE EPOCH"
    closed PEER                          waits until there is none
    icmp PEER COUNT                      pings the peer's VPN address: "ok REPLIES"
    icmp6 PEER COUNT                     the same with IPv6
    echo PEER                            an echo inside the tunnel
    rekey PEER                           starts an exchange for the next epoch, as initiator: "ok EPOCH"
    watch PEER EPOCH SECONDS             waits until the peer has brought up that epoch
    replay PEER                          sends one sealed ping three times: "ok REPLIES"
    flip PEER                            sends a sealed ping with a flipped bit: "ok REPLIES"
    forge PEER                           sends packets with a wrong source, and with a wrong destination
    probe PEER good|bad                  sends a probe, its mac right or wrong: "ok ANSWERS"
    low_order                            "ok TRIED ACCEPTED", key exchanges with a value of low order
"""
import argparse
import asyncio
import ipaddress
import socket
import sys

import crypto
import stun
import wire
from commands import serve
from control import Answered, Closed, Control
from tunnel import Tunnel
from wire import Refused, field


class Node(asyncio.DatagramProtocol):
    def __init__(self, options):
        self.options, self.key = options, crypto.new_key(options.key)
        self.blob = crypto.blob_of(self.key)
        self.identity = self.transport = None
        self.tunnels, self.routes, self.peers = {}, {}, {}
        self.requests, self.asked, self.changed = {}, 0, asyncio.Event()
        self.bindings, self.replies, self.echoes = {}, {}, {}
        self.try_low_order, self.low_order_tried, self.low_order_accepted = options.low_order, 0, 0

    # The server

    async def connect(self):
        options = self.options
        self.control = Control(options.suite)
        await self.control.connect(options.server, 12975)
        await self.control.hello(crypto.fingerprint_bytes(options.fingerprint))
        if self.identity is None:
            self.identity = await self.control.register(self.key, options.nick)
        await self.control.authenticate(self.key, self.identity)
        kept = [
            {"peer": wire.node_text(tunnel.peer), "in": tunnel.inward, "out": tunnel.outward}
            for tunnel in self.tunnels.values() if tunnel.current
        ]
        self.synced = asyncio.Event()
        self.reading = asyncio.ensure_future(self.read())
        suites = bytes([options.suite])
        await self.request("hello", software="stranger 1", suites=suites, tunnels=kept, unknown_key=[{"a": -1}, None])
        await asyncio.wait_for(self.synced.wait(), 5)
        candidates, nat = await stun.discover(self)
        await self.request("endpoints", candidates=candidates, nat=nat)
        self.pinging = asyncio.ensure_future(self.ping_server())

    async def ping_server(self):
        while not self.reading.done():
            await asyncio.sleep(20)
            await self.request("ping")

    async def request(self, kind, **fields):
        self.asked += 1
        answer = self.requests[self.asked] = asyncio.get_running_loop().create_future()
        self.control.message(t=kind, q=self.asked, **fields)
        return await asyncio.wait_for(answer, 10)

    async def read(self):
        control = self.control
        try:
            while True:
                self.handle(await control.next_message())
        except Closed as problem:
            for answer in self.requests.values():
                if not answer.done():
                    answer.set_exception(problem)
        except (Refused, Answered) as problem:
            print(f"refused: {problem}", file=sys.stderr, flush=True)
            control.close()

    def handle(self, message):
        kind = field(message, "t", str)
        if "q" in message:
            answer = self.requests.pop(field(message, "q", int), None)
            if answer is None or answer.done():
                raise Refused("an answer to nothing")
            if kind == "ok":
                answer.set_result(message)
            else:
                problem = Answered(0x20, field(message, "code", int, 65535), field(message, "text", str, 1024))
                answer.set_exception(problem)
            return
        field(message, "s", int)
        handler = getattr(self, "on_" + kind, None)
        if handler is not None:
            handler(message)
        self.changed.set()

    def on_sync(self, message):
        if wire.node_number(field(message, "id", str)) != self.identity:
            raise Refused("another identity")
        self.ula = ipaddress.ip_network(field(message, "ula", str, 64))
        ipaddress.ip_network(field(message, "pool", str, 64))
        field(message, "nickname", str, 63)
        field(message, "networks", list)
        self.peers.clear()
        for peer in field(message, "peers", list):
            self.on_peer({"peer": peer})
        self.synced.set()

    def on_peer(self, message):
        peer = field(message, "peer", dict)
        field(peer, "online", bool)
        field(peer, "fingerprint", str, 64)
        self.peers[field(peer, "nickname", str, 63)] = wire.node_number(field(peer, "id", str))

    def on_open(self, message):
        opened = {
            "peer": wire.node_number(field(message, "peer", str)), "key": field(message, "key", bytes, 1024),
            "in": field(message, "in", int), "out": field(message, "out", int),
            "suite": field(message, "suite", int, 255), "punch": field(message, "punch", bytes, 16),
            "candidates": self.candidates_in(message),
        }
        field(message, "networks", list)
        self.peers[field(message, "nickname", str, 63)] = opened["peer"]
        if opened["peer"] == self.identity or opened["key"] == self.blob or opened["in"] == opened["out"]:
            raise Refused("an introduction to itself")
        if opened["suite"] != self.options.suite or len(opened["punch"]) != 16:
            raise Refused("an introduction with another suite")
        for spi in (opened["in"], opened["out"]):
            if not spi >> 31 or spi & 3:
                raise Refused("an spi")
        crypto.public_key(opened["key"])
        self.tunnels[opened["in"]] = Tunnel(self, opened)
        self.tunnels[opened["in"]].start(self.tunnels[opened["in"]].keep_alive())

    def candidates_in(self, message):
        return [wire.endpoint_of(field(each, "at", str)) for each in field(message, "candidates", list, 10)]

    def on_candidates(self, message):
        for tunnel in self.tunnels.values():
            if tunnel.peer == wire.node_number(field(message, "peer", str)):
                tunnel.learn(self.candidates_in(message))

    def on_close(self, message):
        field(message, "reason", str, 64)
        self.drop(self.tunnels.get(field(message, "in", int)))

    def on_notice(self, message):
        print(f"notice: {message}", file=sys.stderr, flush=True)

    # Datagrams

    def connection_made(self, transport):
        self.transport = transport

    def transmit(self, data, endpoint):
        host, port = endpoint
        self.transport.sendto(data, (host if ":" in host else "::ffff:" + host, port))

    def datagram_received(self, data, source):
        host, port = source[:2]
        source = (host.removeprefix("::ffff:") if "." in host else host, port)
        try:
            if len(data) < 8 or data[0] >> 6 == 1:
                raise Refused("a datagram of no use")
            if data[0] >> 6 == 0:
                stun.answered(self, data)
                return
            reader = wire.Reader(data)
            spi, number = reader.number(4), reader.number(4)
            tunnel = self.tunnels.get(spi & ~3)
            if tunnel is not None:
                tunnel.receive(spi, number, data[8:], source)
        except Refused as problem:
            print(f"dropped: {problem}", file=sys.stderr, flush=True)

    # Tunnels

    def tunnel_up(self, tunnel):
        before, self.routes[tunnel.peer] = self.routes.get(tunnel.peer), tunnel
        if before is not None and before is not tunnel:
            asyncio.get_running_loop().call_later(10, self.drop, before)
        self.changed.set()

    def drop(self, tunnel):
        if tunnel is None:
            return
        tunnel.close()
        self.tunnels.pop(tunnel.inward, None)
        if self.routes.get(tunnel.peer) is tunnel:
            del self.routes[tunnel.peer]
        self.changed.set()

    def address(self, identity, family=4):
        if family == 4:
            return wire.node_text(identity)
        return str(ipaddress.IPv6Address(int(self.ula.network_address) + identity))

    def inside(self, tunnel, plain):
        if plain[0] == 0xF0:
            self.inside_map(tunnel, wire.cbor_map(plain[1:]))
            return
        source, destination = wire.addresses_of(plain)
        family = plain[0] >> 4
        if source != self.address(tunnel.peer, family) or destination != self.address(self.identity, family):
            raise Refused("a packet with addresses of others")
        kind, rest = wire.echo_of(plain) or (None, b"")
        if kind == 8:
            tunnel.send_sealed(wire.icmp(destination, source, 0, rest))
        elif kind == 0:
            number = rest[:4]
            self.replies[number] = self.replies.get(number, 0) + 1
            self.changed.set()

    def inside_map(self, tunnel, message):
        kind = field(message, "t", str)
        if kind == "echo":
            reply = {"t": "echo_reply", "number": field(message, "number", int)}
            tunnel.send_sealed(b"\xf0" + wire.cbor(reply))
        elif kind == "echo_reply":
            self.echoes[field(message, "number", int)] = True
            self.changed.set()


async def main():
    parser = argparse.ArgumentParser(description="a node written from vpn-protocol(7) alone")
    parser.add_argument("--server", required=True)
    parser.add_argument("--fingerprint", required=True, help="SHA256:...")
    parser.add_argument("--suite", type=int, default=2)
    parser.add_argument("--key", choices=("ed25519", "rsa"), default="ed25519")
    parser.add_argument("--nick", default="stranger")
    parser.add_argument("--address", action="append", default=[], help="an address of this host, a candidate")
    parser.add_argument("--low-order", action="store_true", help="as initiator try a value of low order first")
    node = Node(parser.parse_args())
    link = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    link.bind(("::", 0))
    node.port = link.getsockname()[1]
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: node, sock=link)
    await node.connect()
    print("ok", wire.node_text(node.identity), node.address(node.identity, 6), flush=True)
    await serve(node)


if __name__ == "__main__":
    asyncio.run(main())
