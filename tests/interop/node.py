#!/usr/bin/python3
"""A second implementation of a node, written from vpn-protocol(7) and the RFCs alone, to show that the page is
complete.

It has no interface: it answers pings to its VPN address by itself. It reads commands from its standard input, one a
line, and answers each with one line, "ok ..." or "error ...":

    join NETWORK [TOKEN], leave NETWORK, bye, nick NAME
                                         requests to the server: "ok CHANGED"; a refusal is "error CODE: TEXT"
    create NETWORK, approve|reject|evict|ban NETWORK PEER, set NETWORK FIELD on|off, announce NETWORK TEXT, welcome NETWORK TEXT
                                         the same
    ask KIND NETWORK                     a request that has an answer of its own: "ok ENTRIES"
    invite NETWORK [approved]            "ok TOKEN"
    rotate                               another identity key
    reconnect                            loses the connection and comes back with the tunnels it has
    lose, resume                         the same in two steps, and with the events that were missed: "ok HOW EVENTS"
    place NETWORK                        "ok member", "ok waits", "ok gone REASON" or "ok none"
    becomes NETWORK PLACE                waits until it is so
    applies NETWORK NAME                 waits until this applicant is in the network
    confirm on|off                       whether messages of networks are confirmed
    confirmed                            waits until the server has answered all confirmations
    heard                                "ok WELCOMES ANNOUNCEMENTS" that came so far
    plan                                 "ok NAME"
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
    plain PEER on|off                    waits until the tunnel is without encryption, or with it: "ok ROLE"
    ignore                               from now on keeps its tunnels whatever the server says
    stubborn PEER SECONDS                pings so long through the tunnel it has, 100 a second: "ok SENT REPLIES LAST HEARD", the time of
                                         the last reply and of the last datagram of the peer, in milliseconds of the clock
"""
import argparse
import asyncio
import ipaddress
import socket
import sys
import time

import crypto
import shapes
import stun
import wire
from commands import serve
from control import Answered, Closed, Control
from known import Known
from tunnel import Tunnel
from wire import Refused, field


class Node(asyncio.DatagramProtocol):
    def __init__(self, options):
        self.options, self.key = options, crypto.new_key(options.key)
        self.blob = crypto.blob_of(self.key)
        self.identity = self.transport = None
        self.tunnels, self.routes, self.known, self.ignoring = {}, {}, Known(self), False
        self.requests, self.asked, self.changed = {}, 0, asyncio.Event()
        self.begun, self.told = "", 0
        self.bindings, self.replies, self.replied, self.echoes = {}, {}, {}, {}
        self.try_low_order, self.low_order_tried, self.low_order_accepted = options.low_order, 0, 0

    # The server

    @property
    def peers(self):
        return self.known.nicknames

    async def connect(self, resume=False):
        options, known = self.options, self.known
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
        more = {"plain": True} if options.plain else {}
        if resume:
            more["resume"] = {"session": known.session, "sequence": known.sequence}
        suites = bytes([options.suite])
        await self.request(
            "hello", software="stranger 1", suites=suites, tunnels=kept, unknown_key=[{"a": -1}, None], **more)
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
            self.give_up(problem)
        except (Refused, Answered) as problem:
            print(f"refused: {problem}", file=sys.stderr, flush=True)
            control.close()

    def give_up(self, problem):
        for answer in self.requests.values():
            if not answer.done():
                answer.set_exception(problem)
        self.requests.clear()

    def lose(self):
        self.pinging.cancel()
        self.reading.cancel()
        self.control.close()
        self.give_up(Closed("the connection is lost"))

    def handle(self, message):
        kind = shapes.check(message)
        if "q" in message:
            answer = self.requests.pop(message["q"], None)
            if answer is None or answer.done():
                raise Refused("an answer to nothing")
            if kind == "error":
                answer.set_exception(Answered(0x20, message["code"], message["text"]))
            else:
                answer.set_result(message)
            return
        self.known.number(kind, message["s"], message)
        self.told = self.told + 1 if kind not in ("sync", "resumed") else 0
        for part in (self.known, self):
            handler = getattr(part, "on_" + kind, None)
            if handler is not None:
                handler(message)
        self.changed.set()

    def on_sync(self, message):
        if wire.node_number(message["id"]) != self.identity:
            raise Refused("another identity")
        self.ula = ipaddress.ip_network(message["ula"])
        ipaddress.ip_network(message["pool"])
        self.begun = "synced"
        self.synced.set()

    def on_resumed(self, message):
        self.begun = "resumed"
        self.synced.set()

    def on_open(self, message):
        opened = {key: message[key] for key in ("key", "in", "out", "suite", "punch")}
        opened["peer"] = wire.node_number(message["peer"])
        opened["candidates"] = self.candidates_in(message)
        opened["plain"] = message.get("plain", False) != self.options.contrary
        self.peers[message["nickname"]] = opened["peer"]
        if opened["peer"] == self.identity or opened["key"] == self.blob or opened["in"] == opened["out"]:
            raise Refused("an introduction to itself")
        if opened["suite"] != self.options.suite:
            raise Refused("an introduction with another suite")
        if message.get("plain", False) and (not self.options.plain or opened["suite"] == crypto.CLASSIC):
            raise Refused("an introduction without encryption")
        crypto.public_key(opened["key"])
        self.check_grants(message["in"], message.get("relays", []))
        self.tunnels[opened["in"]] = Tunnel(self, opened)
        self.tunnels[opened["in"]].start(self.tunnels[opened["in"]].keep_alive())

    def check_grants(self, spi, grants):
        """Each is for this node and this end of the tunnel, and signed by the server."""
        for each in grants:
            reader = wire.Reader(each["token"])
            claims = tuple(reader.number(size) for size in (1, 4, 4, 4))
            if claims != (1, each["relay"], self.identity, spi):
                raise Refused(f"a relay's token for {claims}")
            reader.number(4)
            if not time.time() < reader.number(8) < time.time() + 7 * 86400:
                raise Refused("a relay's token of another time")
            signature = reader.take(64)
            reader.end()
            if b"ssh-ed25519" in self.control.server_blob:
                signed = b"buri relay token" + each["token"][:-64]
                crypto.verify(self.control.server_blob, signature, signed, crypto.AES)

    def on_tunnel_relays(self, message):
        self.check_grants(message["in"], message["relays"])

    def candidates_in(self, message):
        return [wire.endpoint_of(each["at"]) for each in message["candidates"]]

    def on_candidates(self, message):
        for tunnel in self.tunnels.values():
            if tunnel.peer == wire.node_number(message["peer"]):
                tunnel.learn(self.candidates_in(message))

    def on_close(self, message):
        if not self.ignoring:
            self.drop(self.tunnels.get(message["in"]))

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
            self.replied[number] = time.time()
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
    parser.add_argument("--plain", action="store_true", help="allow tunnels without encryption")
    parser.add_argument("--contrary", action="store_true", help="encrypt where the server says not to, and the other way round")
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
