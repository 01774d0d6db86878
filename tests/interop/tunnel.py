"""A tunnel to one peer: probes, key exchange in both roles, epochs, sealed messages."""
import asyncio
import hmac
import os
import time

import crypto
from wire import Reader, Refused, endpoint_bytes, endpoint_from, u8, u32, var

PROBE, PROBE_ACK, KE1, KE2, KE3 = 0x31, 0x32, 0x41, 0x42, 0x43
PROBE_TIMES = (0, 0.02, 0.06, 0.14, 0.3, 0.62, *range(1, 11))
WINDOW = 8192


class Epoch:
    def __init__(self, number, sealer, opener):
        self.number, self.sealer, self.opener = number, sealer, opener
        self.sent, self.newest, self.seen, self.born = 0, 0, set(), time.monotonic()

    def fresh(self, number):
        return number > self.newest - WINDOW and number not in self.seen

    def accept(self, number):
        self.seen.add(number)
        if number > self.newest:
            self.newest = number
            self.seen = {known for known in self.seen if known > number - WINDOW}


class Tunnel:
    def __init__(self, node, opened):
        self.node, self.suite, self.punch = node, opened["suite"], opened["punch"]
        self.plain = opened["plain"]
        self.key, self.own_blob = node.key, node.blob  # of the introduction, also when the node has another key since
        self.peer, self.blob = opened["peer"], opened["key"]
        self.inward, self.outward = opened["in"], opened["out"]
        self.initiator = self.inward < self.outward
        self.candidates, self.nonces, self.proven = set(), {}, []
        self.epochs, self.current, self.exchange, self.done = {}, None, None, None
        self.replayed, self.bad, self.heard = 0, None, 0
        self.up = asyncio.Event()
        self.path_known = asyncio.Event()
        self.answer = asyncio.Event()
        self.tasks = []
        self.learn(opened["candidates"])
        if self.initiator:
            self.start(self.initiate(0))

    def start(self, work):
        self.tasks.append(asyncio.ensure_future(work))

    def close(self):
        for task in self.tasks:
            task.cancel()
        self.epochs.clear()
        self.current = None

    @property
    def role(self):
        return "initiator" if self.initiator else "responder"

    # Paths

    def learn(self, endpoints):
        for endpoint in endpoints:
            if endpoint not in self.candidates:
                self.candidates.add(endpoint)
                self.start(self.probe(endpoint))

    async def probe(self, endpoint):
        begun = time.monotonic()
        for due in PROBE_TIMES:
            await asyncio.sleep(max(0, begun + due - time.monotonic()))
            if endpoint in self.proven:
                return
            self.send_probe(endpoint)

    def clear(self, body, mac=True):
        data = u32(self.outward) + u32(0) + body
        return data + hmac.digest(self.punch, data, "sha256")[:16] if mac else data

    def send_probe(self, endpoint):
        nonce = os.urandom(12)
        self.nonces[nonce] = endpoint
        self.node.transmit(self.clear(u8(PROBE) + nonce), endpoint)

    def path(self):
        return self.proven[0] if self.proven else None

    def authentic_from(self, endpoint):
        """The initiator's choice of a path holds; a new address is worth a probe."""
        if endpoint in self.proven:
            if not self.initiator:
                self.proven.remove(endpoint)
                self.proven.insert(0, endpoint)
        else:
            self.send_probe(endpoint)

    # Datagrams

    def receive(self, spi, number, payload, source):
        self.heard = time.time()
        header = u32(spi) + u32(number)
        if number:
            self.receive_sealed(spi & 3, header, number, payload, source)
        elif spi & 3:
            raise Refused("a clear message with an epoch")
        else:
            self.receive_clear(header, payload, source)

    def receive_clear(self, header, payload, source):
        if not payload:
            raise Refused("no tag")
        tag = payload[0]
        if tag in (PROBE, PROBE_ACK) or self.suite != crypto.CLASSIC:
            payload, mac = payload[:-16], payload[-16:]
            if not hmac.compare_digest(mac, hmac.digest(self.punch, header + payload, "sha256")[:16]):
                raise Refused("not authentic")
        reader = Reader(payload[1:])
        if tag == PROBE:
            nonce = reader.take(12)
            reader.end()
            self.node.transmit(self.clear(u8(PROBE_ACK) + nonce + endpoint_bytes(source)), source)
            self.learn([source])
        elif tag == PROBE_ACK:
            nonce = reader.take(12)
            self.seen_as = endpoint_from(reader)
            reader.end()
            endpoint = self.nonces.pop(nonce, None)
            if endpoint is not None and endpoint not in self.proven:
                self.proven.append(endpoint)
                self.path_known.set()
                self.node.changed.set()
        elif tag in (KE1, KE2, KE3):
            epoch = reader.number(1)
            nonce = reader.take(crypto.nonce_size(self.suite))
            value = reader.take(crypto.value_size(self.suite))
            signature = b"" if tag == KE1 else reader.var(512)
            reader.end()
            if epoch > 3:
                raise Refused("an epoch")
            {KE1: self.on_ke1, KE2: self.on_ke2, KE3: self.on_ke3}[tag](epoch, nonce, value, signature, source)
        else:
            raise Refused("an unknown tag")

    # Key exchange

    def exchange_hash(self, epoch, nonces, values):
        own = (self.inward, self.node.identity, self.own_blob)
        other = (self.outward, self.peer, self.blob)
        first, second = (own, other) if self.initiator else (other, own)
        return crypto.sha256(
            u8(self.suite + (128 if self.plain else 0)) + u8(epoch) + u32(first[0]) + u32(second[0]) + u32(first[1]) + u32(second[1])
            + var(first[2]) + var(second[2]) + self.punch + nonces + values
        )

    def signed(self, tag, epoch, ni, nr, gi, gr):
        if self.suite == crypto.CLASSIC:
            return nr + ni + gr + gi if tag == KE2 else ni + nr + gi + gr
        label = b"buri KE2" if tag == KE2 else b"buri KE3"
        return label + self.exchange_hash(epoch, ni + nr, gi + gr)

    def make_epoch(self, epoch, shared, ni, nr, gi, gr):
        info = b"buri tunnel" + self.exchange_hash(epoch, ni + nr, gi + gr)
        to_responder, to_initiator = crypto.make_keys(self.suite, shared, ni + nr, info, self.plain)
        if self.initiator:
            return Epoch(epoch, to_responder, to_initiator)
        return Epoch(epoch, to_initiator, to_responder)

    def ke_message(self, tag, epoch, secret, signature=None):
        body = u8(tag) + u8(epoch) + secret.nonce + secret.value
        if signature is not None:
            body += var(signature)
        return self.clear(body, mac=self.suite != crypto.CLASSIC)

    async def initiate(self, epoch):
        await self.path_known.wait()
        if self.node.try_low_order:
            await self.try_low_order(epoch)
        secret = crypto.Secret(self.suite)
        self.exchange = {"epoch": epoch, "secret": secret, "installed": None}
        await self.repeat(self.ke_message(KE1, epoch, secret))
        await self.repeat(self.exchange["ke3"])

    async def try_low_order(self, epoch):
        """A whole exchange with a value of low order, signed as it should be: it must not end in keys."""
        self.bad = crypto.Secret(self.suite)
        self.bad.value = crypto.low_order(self.suite)
        self.exchange = {"epoch": epoch, "secret": self.bad, "installed": None}
        self.node.transmit(self.ke_message(KE1, epoch, self.bad), self.path())
        await asyncio.sleep(0.4)
        self.node.low_order_tried += 1
        self.bad = None

    async def repeat(self, datagram):
        pause = 0.1
        self.answer.clear()
        while not self.answer.is_set():
            self.node.transmit(datagram, self.path())
            try:
                await asyncio.wait_for(self.answer.wait(), pause)
            except asyncio.TimeoutError:
                pause = min(2, pause * 2)

    def on_ke2(self, epoch, nr, gr, signature, source):
        if not self.initiator or not self.exchange or self.exchange["installed"] or epoch != self.exchange["epoch"]:
            return
        mine = self.exchange["secret"]
        both = (mine.nonce, nr, mine.value, gr)
        crypto.verify(self.blob, signature, self.signed(KE2, epoch, *both), self.suite)
        ours = crypto.sign(self.key, self.signed(KE3, epoch, *both), self.suite)
        self.exchange["ke3"] = self.ke_message(KE3, epoch, mine, ours)
        if mine is self.bad:
            self.node.transmit(self.exchange["ke3"], source)
            return
        self.exchange["installed"] = self.make_epoch(epoch, mine.agree(gr), *both)
        self.epochs[epoch] = self.exchange["installed"]
        self.answer.set()

    def on_ke1(self, epoch, ni, gi, _, source):
        following = 0 if self.current is None else (self.current.number + 1) % 4
        again = self.current is not None and epoch == self.current.number and not self.current.newest
        if self.initiator or (epoch != following and not again):
            return
        if self.exchange is None or self.exchange["epoch"] != epoch:
            self.exchange = {"epoch": epoch, "secret": crypto.Secret(self.suite), "answers": {}}
        mine, answers = self.exchange["secret"], self.exchange["answers"]
        if (ni, gi) not in answers:
            signature = crypto.sign(self.key, self.signed(KE2, epoch, ni, mine.nonce, gi, mine.value), self.suite)
            if len(answers) == 4:
                del answers[next(iter(answers))]
            answers[ni, gi] = self.ke_message(KE2, epoch, mine, signature)
        self.node.transmit(answers[ni, gi], source)

    def on_ke3(self, epoch, ni, gi, signature, source):
        if self.initiator:
            return
        if self.done == (epoch, ni, gi):
            self.send_sealed(b"")
            return
        if not self.exchange or self.exchange["epoch"] != epoch:
            return
        mine = self.exchange["secret"]
        both = (ni, mine.nonce, gi, mine.value)
        crypto.verify(self.blob, signature, self.signed(KE3, epoch, *both), self.suite)
        self.epochs[epoch] = self.make_epoch(epoch, mine.agree(gi), *both)
        self.done, self.exchange = (epoch, ni, gi), None
        if source not in self.proven:
            self.send_probe(source)
        self.switch(self.epochs[epoch])
        self.send_sealed(b"")

    def switch(self, epoch):
        old, self.current = self.current, epoch
        if old is not None:
            asyncio.get_running_loop().call_later(10, self.forget, old)
        self.up.set()
        self.node.tunnel_up(self)

    def forget(self, old):
        if self.epochs.get(old.number) is old:
            del self.epochs[old.number]

    # Sealed messages

    def sealed(self, plain):
        epoch = self.current
        epoch.sent += 1
        header = u32(self.outward | epoch.number) + u32(epoch.sent)
        return header + epoch.sealer.seal(header, plain)

    def send_sealed(self, plain):
        if self.current is not None and self.path() is not None:
            self.node.transmit(self.sealed(plain), self.path())

    def receive_sealed(self, number, header, count, payload, source):
        epoch = self.epochs.get(number)
        if epoch is None:
            self.node.low_order_accepted += self.bad is not None
            raise Refused("no such epoch")
        plain = epoch.opener.open(header, payload)
        if not epoch.fresh(count):
            self.replayed += 1
            return
        epoch.accept(count)
        if self.initiator and self.exchange and self.exchange["installed"] is epoch and self.current is not epoch:
            self.answer.set()
            self.switch(epoch)
        self.authentic_from(source)
        if plain:
            self.node.inside(self, plain)

    async def keep_alive(self):
        while True:
            await asyncio.sleep(25)
            self.send_sealed(b"")
