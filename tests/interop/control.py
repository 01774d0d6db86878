"""The control channel, from the node's end."""
import asyncio
import collections

import crypto
from wire import Reader, Refused, cbor, cbor_map, u8, u32, var

HELO, HELO_OK, HELO_ERR, KEY_ASK, KEY = 0x01, 0x02, 0x03, 0x04, 0x05
REGISTER, REGISTER_OK, AUTH, AUTH_OK, ERR, MSG = 0x10, 0x11, 0x12, 0x13, 0x14, 0x20


class Closed(Exception):
    """The server ended the connection."""


class Answered(Exception):
    """HELO ERR or ERR instead of the answer."""

    def __init__(self, tag, code, text):
        super().__init__(f"{tag:#x} {code}: {text}")
        self.tag, self.code, self.text = tag, code, text


class Control:
    def __init__(self, suite):
        self.suite = suite
        self.sent = self.received = 0
        self.sealer = self.opener = None
        self.transcript = []
        self.sent_macs = set()
        self.limit = 4096
        self.latest = collections.deque(maxlen=16)  # frames as received, the newest last

    async def connect(self, host, port):
        try:
            self.reader, self.writer = await asyncio.open_connection(host, port)
        except OSError as problem:
            raise Closed(str(problem)) from None

    def close(self):
        self.writer.close()

    # Frames

    def raw(self, data):
        self.last_raw = data
        self.writer.write(data)

    def sealed_frame(self, payload, number):
        header = u32(4 + len(payload) + self.overhead(payload)) + u32(number)
        return header + self.sealer.seal(header, payload)

    def overhead(self, payload):
        return 16 - len(payload) % 16 + 28 if self.suite == crypto.CLASSIC else 16

    def send(self, payload):
        if self.sealer is None:
            self.raw(u32(4 + len(payload)) + u32(0) + payload)
            return
        self.sent += 1
        frame = self.sealed_frame(payload, self.sent)
        self.sent_macs.add(frame[-12:])
        self.raw(frame)

    async def frame(self):
        try:
            size = int.from_bytes(await self.reader.readexactly(4), "big")
            if not 4 <= size <= self.limit:
                raise Refused("the size of a frame")
            return u32(size) + await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Closed("the server closed the connection") from None

    async def receive(self):
        frame = await self.frame()
        self.latest.append(frame)
        number, payload = int.from_bytes(frame[4:8], "big"), frame[8:]
        if self.opener is None:
            if number != 0:
                raise Refused("a sealed frame too early")
            return payload
        self.received += 1
        if number != self.received:
            raise Refused("the id of a frame")
        if self.suite == crypto.CLASSIC and frame[-12:] in self.sent_macs:
            raise Refused("a frame of this side came back")
        return self.opener.open(frame[:8], payload)

    async def expect(self, tag):
        payload = await self.receive()
        reader = Reader(payload)
        found = reader.number(1)
        if found in (HELO_ERR, ERR):
            code, text = reader.number(2), reader.var(1024).decode()
            reader.end()
            raise Answered(found, code, text)
        if found != tag:
            raise Refused(f"tag {found:#x} where {tag:#x} was due")
        return payload, reader

    # The handshake

    async def ask_key(self, fingerprint=b""):
        self.send(u8(KEY_ASK) + var(fingerprint))
        _, reader = await self.expect(KEY)
        blob = reader.var(1024)
        reader.end()
        if fingerprint and fingerprint not in (crypto.fingerprint_of(blob, 1), crypto.fingerprint_of(blob, 2)):
            raise Refused("the server's key has another fingerprint")
        return blob

    def hello_payload(self, fingerprint, suite=None, version=1):
        self.ours = crypto.Secret(self.suite)
        named = self.suite if suite is None else suite
        return u8(HELO) + u8(version) + u8(named) + var(fingerprint) + self.ours.nonce + self.ours.value

    async def hello(self, fingerprint):
        """From a SHA-256 fingerprint to sealed frames."""
        if self.suite == crypto.CLASSIC:
            self.server_blob = await self.ask_key(fingerprint)
            fingerprint = crypto.fingerprint_of(self.server_blob, self.suite)
        payload = self.hello_payload(fingerprint)
        self.send(payload)
        answer, reader = await self.expect(HELO_OK)
        self.their_nonce = reader.take(crypto.nonce_size(self.suite))
        self.their_value = reader.take(crypto.value_size(self.suite))
        self.transcript = [payload, answer]
        if self.suite != crypto.CLASSIC:
            self.server_blob = reader.var(1024)
            signed = answer[: reader.at]
            if crypto.fingerprint_of(self.server_blob, self.suite) != fingerprint:
                raise Refused("the server's key has another fingerprint")
            signature = reader.var(512)
            crypto.verify(self.server_blob, signature, b"buri HELO OK" + crypto.sha256(payload + signed), self.suite)
        reader.end()
        shared = self.ours.agree(self.their_value)
        info = b"buri control" + crypto.sha256(payload + self.their_nonce + self.their_value)
        nonces = self.ours.nonce + self.their_nonce
        self.sealer, self.opener = crypto.make_keys(self.suite, shared, nonces, info)

    async def register(self, key, nickname):
        payload = u8(REGISTER) + var(crypto.blob_of(key)) + var(nickname.encode())
        self.send(payload)
        answer, reader = await self.expect(REGISTER_OK)
        identity = reader.number(4)
        reader.end()
        self.transcript += [payload, answer]
        return identity

    def signed_by_node(self, payload):
        if self.suite == crypto.CLASSIC:
            return u8(self.suite) + self.ours.nonce + self.their_nonce + self.ours.value + self.their_value
        return b"buri AUTH" + crypto.sha256(b"".join(self.transcript) + payload)

    def signed_by_server(self, payload):
        if self.suite == crypto.CLASSIC:
            return self.their_nonce + self.ours.nonce + self.their_value + self.ours.value
        return b"buri AUTH OK" + crypto.sha256(b"".join(self.transcript) + payload)

    async def authenticate(self, key, identity):
        payload = u8(AUTH) + u32(identity)
        payload += var(crypto.sign(key, self.signed_by_node(payload), self.suite))
        self.send(payload)
        self.transcript.append(payload)
        _, reader = await self.expect(AUTH_OK)
        signature = reader.var(512)
        reader.end()
        crypto.verify(self.server_blob, signature, self.signed_by_server(u8(AUTH_OK)), self.suite)
        self.limit = 1048576

    # Messages

    def message(self, **fields):
        self.send(u8(MSG) + cbor(fields))

    async def next_message(self):
        payload, _ = await self.expect(MSG)
        return cbor_map(payload[1:])
