"""The commands of node.py."""
import asyncio
import base64
import os
import sys
import time

import crypto
import wire
from control import Answered, Closed
from tunnel import PROBE
from wire import u8, u16, u32, var


class Commands:
    def __init__(self, node):
        self.node, self.pings = node, 0

    async def until(self, condition, seconds=10):
        async def wait():
            while not condition():
                self.node.changed.clear()
                await self.node.changed.wait()

        await asyncio.wait_for(wait(), float(seconds))

    def identity(self, peer):
        return wire.node_number(peer) if peer[0].isdigit() else self.node.peers[peer]

    async def tunnel(self, peer):
        await self.until(lambda: peer[0].isdigit() or peer in self.node.peers)
        number = self.identity(peer)
        await self.until(lambda: number in self.node.routes)
        tunnel = self.node.routes[number]
        await self.until(tunnel.path)
        return tunnel

    # Networks

    async def change(self, kind, **fields):
        answer = await self.node.request(kind, **fields)
        return "changed" if answer["changed"] else "unchanged"

    async def do_join(self, network, token=None):
        more = {"invite": base64.urlsafe_b64decode(token + "==")} if token else {}
        return await self.change("join", network=network, **more)

    async def do_leave(self, network):
        return await self.change("leave", network=network)

    async def do_create(self, network):
        return await self.change("create", network=network)

    async def do_nick(self, name):
        return await self.change("nick", nickname=name)

    async def do_set(self, network, name, value):
        return await self.change("set", network=network, **{name: value == "on"})

    async def do_announce(self, network, *words):
        return await self.change("announce", network=network, text=" ".join(words))

    async def do_welcome(self, network, *words):
        return await self.change("welcome", network=network, text=" ".join(words))

    async def on_member(self, kind, network, peer):
        return await self.change(kind, network=network, member=self.node.known.identity(peer))

    async def do_approve(self, network, peer):
        return await self.on_member("approve", network, peer)

    async def do_reject(self, network, peer):
        return await self.on_member("reject", network, peer)

    async def do_evict(self, network, peer):
        return await self.on_member("evict", network, peer)

    async def do_ban(self, network, peer, *words):
        member = self.node.known.identity(peer)
        return await self.change("ban", network=network, member=member, reason=" ".join(words))

    async def do_ask(self, kind, network):
        more = {"after": 0, "limit": 1000} if kind == "log" else {}
        answer = await self.node.request(kind, network=network, **more)
        return next(len(value) for value in answer.values() if isinstance(value, list))

    async def do_invite(self, network, *approved):
        token = os.urandom(16)
        await self.node.request(
            "invite", network=network, digest=crypto.sha256(token), max_uses=1, approved=bool(approved))
        return base64.urlsafe_b64encode(token).decode().rstrip("=")

    async def do_rotate(self):
        node, kind = self.node, "rsa" if b"ssh-rsa" in self.node.blob[:11] else "ed25519"
        key = crypto.new_key(kind)
        blob = crypto.blob_of(key)
        message = b"buri key change" + crypto.sha256(u32(node.identity) + var(node.blob) + var(blob))
        signatures = {"by_old": crypto.sign(node.key, message, 2), "by_new": crypto.sign(key, message, 2)}
        outcome = await self.change("rotate", key=blob, **signatures)
        node.key, node.blob = key, blob
        return outcome

    def place(self, name):
        known = self.node.known
        if network := known.network(name):
            return "waits" if network["waiting"] else "member"
        return f"gone {known.gone[name.lower()]}" if name.lower() in known.gone else "none"

    async def do_place(self, network):
        return self.place(network)

    async def do_becomes(self, network, *place):
        await self.until(lambda: self.place(network) == " ".join(place))

    async def do_applies(self, network, name):
        known = self.node.known
        await self.until(lambda: name in [each["name"] for each in known.network(network)["applicants"]])

    async def do_confirm(self, how):
        self.node.known.confirming = how == "on"

    async def do_confirmed(self):
        await asyncio.gather(*self.node.known.confirmations, return_exceptions=True)
        self.node.known.confirmations.clear()

    async def do_heard(self):
        await asyncio.sleep(0.3)
        return f"{len(self.node.known.welcomes)} {len(self.node.known.announced)}"

    async def do_plan(self):
        return self.node.known.plan["name"]

    async def do_bye(self):
        await self.node.request("bye")
        await asyncio.wait_for(self.node.reading, 5)

    async def do_lose(self):
        self.node.lose()

    async def do_resume(self):
        await self.node.connect(resume=True)
        await asyncio.sleep(0.5)
        return f"{self.node.begun} {self.node.told}"

    async def do_reconnect(self):
        self.node.lose()
        before = dict(self.node.tunnels)
        await self.node.connect()
        await asyncio.sleep(0.5)
        return "kept" if self.node.tunnels == before else "other tunnels"

    async def do_tunnel(self, peer):
        tunnel = await self.tunnel(peer)
        return f"{tunnel.role} {tunnel.current.number}"

    async def do_plain(self, peer, how):
        number = self.identity(peer)
        await self.until(lambda: number in self.node.routes and self.node.routes[number].plain == (how == "on"))
        return self.node.routes[number].role

    async def do_ignore(self):
        self.node.ignoring = True

    async def do_stubborn(self, peer, seconds):
        tunnel, numbers = await self.tunnel(peer), set()
        end = time.monotonic() + float(seconds)
        while time.monotonic() < end:
            number, packet = self.request(tunnel)
            numbers.add(number)
            tunnel.send_sealed(packet)
            await asyncio.sleep(0.01)
        replies = numbers & set(self.node.replies)
        last = max((self.node.replied[each] for each in replies), default=0)
        return f"{len(numbers)} {len(replies)} {int(last * 1000)} {int(tunnel.heard * 1000)}"

    async def do_closed(self, peer):
        number = self.identity(peer)
        await self.until(lambda: number not in self.node.routes)

    def request(self, tunnel, family=4, source=None, destination=None):
        """A ping of the peer, and the number under which its replies are counted."""
        self.pings += 1
        number = u16(0x5742) + u16(self.pings)
        source = source or self.node.address(self.node.identity, family)
        destination = destination or self.node.address(tunnel.peer, family)
        return number, wire.icmp(source, destination, 8, number + b"a stranger's ping " * 3)

    async def replies(self, numbers, seconds):
        counts = self.node.replies
        try:
            await self.until(lambda: all(number in counts for number in numbers), seconds)
        except asyncio.TimeoutError:
            pass
        return sum(counts.get(number, 0) for number in numbers)

    async def do_icmp(self, peer, count, family=4):
        tunnel, numbers = await self.tunnel(peer), []
        for _ in range(int(count)):
            number, packet = self.request(tunnel, family)
            numbers.append(number)
            tunnel.send_sealed(packet)
            await asyncio.sleep(0.02)
        return await self.replies(numbers, 5)

    async def do_icmp6(self, peer, count):
        return await self.do_icmp(peer, count, 6)

    async def do_echo(self, peer):
        tunnel, number = await self.tunnel(peer), int.from_bytes(os.urandom(8), "big")
        tunnel.send_sealed(b"\xf0" + wire.cbor({"t": "echo", "number": number}))
        await self.until(lambda: number in self.node.echoes, 5)

    async def do_rekey(self, peer):
        tunnel = await self.tunnel(peer)
        following = (tunnel.current.number + 1) % 4
        tunnel.start(tunnel.initiate(following))
        await self.until(lambda: tunnel.current.number == following)
        return following

    async def do_watch(self, peer, epoch, seconds):
        tunnel = await self.tunnel(peer)
        await self.until(lambda: tunnel.current.number == int(epoch), seconds)

    async def do_replay(self, peer):
        tunnel = await self.tunnel(peer)
        number, packet = self.request(tunnel)
        datagram = tunnel.sealed(packet)
        for _ in range(3):
            self.node.transmit(datagram, tunnel.path())
        await asyncio.sleep(0.3)
        return await self.replies([number], 1)

    async def do_flip(self, peer):
        tunnel = await self.tunnel(peer)
        number, packet = self.request(tunnel)
        datagram = bytearray(tunnel.sealed(packet))
        for at in range(8, len(datagram), 7):
            datagram[at] ^= 0x10
            self.node.transmit(bytes(datagram), tunnel.path())
            datagram[at] ^= 0x10
        return await self.replies([number], 0.3)

    async def do_forge(self, peer):
        tunnel = await self.tunnel(peer)
        for family, stranger in ((4, "198.51.100.77"), (6, "2001:db8:77::77")):
            tunnel.send_sealed(self.request(tunnel, family, source=stranger)[1])
            tunnel.send_sealed(self.request(tunnel, family, destination=stranger)[1])
            tunnel.send_sealed(self.request(tunnel, family, source=self.node.address(tunnel.peer, family))[1])
        for junk in (b"\xe0" + bytes(40), b"\xf0", b"\xf0\xbf\xff", b"\x45", b"\x60" + bytes(9), b"\x10" * 60):
            tunnel.send_sealed(junk)
        return await self.do_icmp(peer, 1)

    async def do_probe(self, peer, how):
        tunnel, nonce = await self.tunnel(peer), os.urandom(12)
        datagram = bytearray(tunnel.clear(u8(PROBE) + nonce))
        if how == "bad":
            datagram[-1] ^= 1
        tunnel.nonces[nonce] = tunnel.path()
        self.node.transmit(bytes(datagram), tunnel.path())
        await asyncio.sleep(0.3)
        return 0 if nonce in tunnel.nonces else 1

    async def do_low_order(self):
        return f"{self.node.low_order_tried} {self.node.low_order_accepted}"


async def serve(node):
    commands, reader, loop = Commands(node), asyncio.StreamReader(), asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        try:
            outcome = await getattr(commands, "do_" + line[0])(*line[1:])
            print("ok" if outcome is None else f"ok {outcome}", flush=True)
        except asyncio.TimeoutError:
            print(f"error '{' '.join(line)}' took too long", flush=True)
        except (Answered, Closed) as problem:
            print(f"error {problem}", flush=True)
