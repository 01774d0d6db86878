#!/usr/bin/python3
"""What a server must refuse on the control channel, seen from a node that knows only vpn-protocol(7)."""
import argparse
import asyncio
import sys

import crypto
import wire
from control import AUTH, ERR, HELO_ERR, MSG, REGISTER, Answered, Closed, Control
from wire import cbor, u8, u32, var

MALFORMED, UNKNOWN_REQUEST, KEY_MISMATCH, SUITE_REFUSED, AUTH_FAILED = 2, 4, 34, 36, 37
ACCOUNT_UNKNOWN, OUT_OF_ORDER, NAME_INVALID, NETWORK_NOT_FOUND = 38, 39, 60, 64
USAGE, PASSWORD_MISSING, PEER_NOT_FOUND, NOT_A_MEMBER, INVITE_NOT_FOUND, BAN_NOT_FOUND = 3, 63, 65, 67, 88, 89
TRANSFER_NOT_OFFERED, TEXT_INVALID, OWNS_NETWORKS, LICENCE_INVALID = 90, 91, 92, 94


class Checks:
    def __init__(self, options):
        self.options, self.suite = options, options.suite
        self.fingerprint = crypto.fingerprint_bytes(options.fingerprint)
        kind = "rsa" if self.suite == crypto.CLASSIC else "ed25519"
        self.key, self.other_key = crypto.new_key(kind), crypto.new_key(kind)
        self.identity = None
        self.done = []

    async def connected(self):
        control = Control(self.suite)
        await control.connect(self.options.server, 12975)
        return control

    async def greeted(self):
        control = await self.connected()
        await control.hello(self.fingerprint)
        return control

    async def online(self):
        control = await self.greeted()
        if self.identity is None:
            self.identity = await control.register(self.key, "refused")
        await control.authenticate(self.key, self.identity)
        return control

    async def ready(self):
        """Online, past hello."""
        control = await self.online()
        await self.answer(control, "ok", t="hello", q=1, software="", suites=bytes([self.suite]), tunnels=[])
        return control

    async def answer(self, control, kind, code=None, **request):
        control.message(**request)
        while "q" not in (answer := await asyncio.wait_for(control.next_message(), 8)):
            pass
        assert (answer["t"], answer["q"]) == (kind, request["q"]), answer
        assert code is None or answer["code"] == code, answer

    async def closes(self, control, code=None):
        """The connection ends within 8 s, perhaps after an error, and without any other answer."""
        seen = None
        try:
            while True:
                await asyncio.wait_for(control.expect(MSG), 8)
        except Answered as answered:
            seen = answered.code
        except Closed:
            assert code is None, f"no error {code}"
            return
        assert code is None or seen == code, f"error {seen} instead of {code}"
        await self.ended(control)

    async def refused(self, control, code, tag=HELO_ERR):
        try:
            await asyncio.wait_for(control.expect(0), 8)
        except Answered as answered:
            assert (answered.tag, answered.code) == (tag, code), answered
            await self.ended(control)
            return answered.text

    async def ended(self, control):
        try:
            await asyncio.wait_for(control.frame(), 8)
        except Closed:
            return
        raise AssertionError("the connection goes on")

    # Clear messages

    async def check_unknown_suite_is_told_the_list(self):
        for number in (0, 4, 9):
            control = await self.connected()
            control.send(control.hello_payload(self.fingerprint, suite=number))
            text = await self.refused(control, SUITE_REFUSED)
            assert text == self.options.accepted, text

    async def check_unknown_version_is_malformed(self):
        control = await self.connected()
        control.send(control.hello_payload(self.fingerprint, version=2))
        await self.refused(control, MALFORMED)

    async def check_short_and_long_hello_are_malformed(self):
        for change in (lambda payload: payload[:-1], lambda payload: payload + b"\0"):
            control = await self.connected()
            control.send(change(control.hello_payload(self.fingerprint)))
            await self.refused(control, MALFORMED)

    async def check_another_fingerprint_is_told_so(self):
        control = await self.connected()
        control.send(control.hello_payload(bytes(20 if self.suite == crypto.CLASSIC else 32)))
        await self.refused(control, KEY_MISMATCH)
        control = await self.connected()
        control.send(u8(0x04) + var(bytes(32)))
        await self.refused(control, KEY_MISMATCH)

    async def check_low_order_value_gets_no_keys(self):
        control = await self.connected()
        payload = control.hello_payload(self.fingerprint if self.suite != crypto.CLASSIC else await self.classic_name())
        control.send(payload[: -crypto.value_size(self.suite)] + crypto.low_order(self.suite))
        await self.closes(control)

    async def classic_name(self):
        control = await self.connected()
        return crypto.fingerprint_of(await control.ask_key(self.fingerprint), crypto.CLASSIC)

    async def check_keys_are_told_twice(self):
        control = await self.connected()
        preferred = await control.ask_key()
        assert preferred[4:15] == b"ssh-ed25519", preferred
        blob = await control.ask_key(self.fingerprint)
        control.send(u8(0x04) + var(crypto.fingerprint_of(blob, crypto.CLASSIC)))
        await self.closes(control)

    async def check_sizes_out_of_range_close(self):
        for size in (3, 4097):
            control = await self.connected()
            control.raw(u32(size) + u32(0))
            await self.closes(control)

    async def check_first_frame_with_an_id_closes(self):
        control = await self.connected()
        payload = control.hello_payload(self.fingerprint)
        control.raw(u32(4 + len(payload)) + u32(1) + payload)
        await self.closes(control)

    async def check_message_before_auth_closes(self):
        control = await self.greeted()
        control.message(t="ping", q=1)
        await self.closes(control)

    async def check_silence_closes(self):
        control = await self.connected()
        begun = asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(control.frame(), 14)
        except Closed:
            waited = asyncio.get_running_loop().time() - begun
            assert waited > 8, f"closed after {waited} s"

    # Authentication

    async def check_wrong_signature_is_refused(self):
        control = await self.greeted()
        try:
            await control.authenticate(self.other_key, self.identity)
        except Answered as answered:
            assert (answered.tag, answered.code) == (ERR, AUTH_FAILED), answered
        await self.closes(control)

    async def check_unknown_account_is_refused(self):
        control = await self.greeted()
        try:
            await control.authenticate(self.key, wire.node_number("192.0.2.1"))
        except Answered as answered:
            assert (answered.tag, answered.code) == (ERR, ACCOUNT_UNKNOWN), answered
        await self.closes(control)

    async def check_known_key_registers_to_the_same_account(self):
        control = await self.greeted()
        identity = await control.register(self.key, "refused")
        assert identity == self.identity, "another identity"
        await control.authenticate(self.key, identity)

    async def check_second_connection_of_an_account_ends_the_first(self):
        first = await self.ready()
        await self.answer(await self.ready(), "ok", t="ping", q=2)
        await self.closes(first)

    async def check_register_after_auth_closes(self):
        control = await self.online()
        control.send(u8(REGISTER) + var(crypto.blob_of(self.key)) + var(b"refused"))
        await self.closes(control)

    async def check_second_auth_closes(self):
        control = await self.online()
        control.send(u8(AUTH) + u32(self.identity) + var(bytes(64)))
        await self.closes(control)

    async def check_oversized_frame_before_auth_closes(self):
        control = await self.greeted()
        control.raw(u32(4097) + u32(1))
        await self.closes(control)

    # Sealed frames

    async def check_replayed_frame_closes(self):
        control = await self.ready()
        await self.answer(control, "ok", t="ping", q=2)
        control.raw(control.last_raw)
        await self.closes(control)

    async def check_id_that_skips_or_returns_closes(self):
        for step in (-1, 0, 2):
            control = await self.ready()
            control.raw(control.sealed_frame(u8(MSG) + cbor({"t": "ping", "q": 2}), control.sent + step))
            await self.closes(control)

    async def check_flipped_bit_closes(self):
        for at in (8, -1, -20):
            control = await self.ready()
            frame = bytearray(control.sealed_frame(u8(MSG) + cbor({"t": "ping", "q": 2}), control.sent + 1))
            frame[at] ^= 4
            control.raw(bytes(frame))
            await self.closes(control)

    async def check_clear_frame_after_hello_closes(self):
        control = await self.ready()
        body = u8(MSG) + cbor({"t": "ping", "q": 2})
        control.raw(u32(4 + len(body)) + u32(0) + body)
        await self.closes(control)

    async def check_own_frame_sent_back_closes(self):
        """In suite 1 both directions have the same keys. The server's ids are ahead, by its events: the message with the
        id that is due comes back, and read as a request it would get an error instead of an end."""
        control = await self.ready()
        await self.answer(control, "ok", t="ping", q=2)
        due = [frame for frame in control.latest if int.from_bytes(frame[4:8], "big") == control.sent + 1]
        assert due, "the ids do not meet"
        control.raw(due[-1])
        await self.closes(control)

    # Messages

    async def check_request_before_hello_is_out_of_order(self):
        control = await self.online()
        await self.answer(control, "error", OUT_OF_ORDER, t="ping", q=1)
        await self.answer(control, "ok", t="hello", q=2, software="", suites=bytes([self.suite]), tunnels=[])
        await self.answer(control, "error", OUT_OF_ORDER, t="hello", q=3, software="", suites=b"\2", tunnels=[])

    async def check_requests_with_faults_get_errors(self):
        control = await self.ready()
        await self.answer(control, "error", UNKNOWN_REQUEST, t="stranger", q=2)
        await self.answer(control, "error", MALFORMED, t="leave", q=3)
        await self.answer(control, "error", NAME_INVALID, t="leave", q=4, network="a b")
        await self.answer(control, "error", NAME_INVALID, t="leave", q=5, network="abc")
        await self.answer(control, "error", MALFORMED, t="nick", q=6, nickname=7)
        await self.answer(control, "error", MALFORMED, t="endpoints", q=7, candidates=[{}], nat="none")
        await self.answer(control, "error", NETWORK_NOT_FOUND, t="leave", q=2**32 - 1, network="no_such_network")
        await self.answer(control, "ok", t="ping", q=0, more={"a": [True, None, -(2**63)]})

    async def check_administration_with_faults_gets_errors(self):
        control, name, nobody = await self.ready(), f"refused_{self.suite}", "192.0.2.1"
        await self.answer(control, "ok", t="create", q=2, network=name)
        blob, signature = crypto.blob_of(self.other_key), bytes(64)
        cases = [
            (MALFORMED, "grant", {"member": nobody, "can": ["ban", "fly"]}),
            (NOT_A_MEMBER, "grant", {"member": nobody, "can": ["ban"]}),
            (MALFORMED, "ban", {"member": nobody, "reason": "", "until": 253402300800}),
            (TEXT_INVALID, "ban", {"member": nobody, "reason": "x" * 257}),
            (PEER_NOT_FOUND, "ban", {"member": nobody, "reason": ""}),
            (USAGE, "ban", {"member": wire.node_text(self.identity), "reason": ""}),
            (USAGE, "evict", {"member": wire.node_text(self.identity)}),
            (BAN_NOT_FOUND, "unban", {"member": nobody}),
            (USAGE, "unban", {}),
            (TEXT_INVALID, "announce", {"text": "x" * 1025}),
            (TEXT_INVALID, "announce", {"text": ""}),
            (TEXT_INVALID, "announce", {"text": "a\x07b"}),
            (TEXT_INVALID, "welcome", {"text": "\x1b[31m"}),
            (MALFORMED, "invite", {"digest": bytes(31), "max_uses": 1, "approved": False}),
            (MALFORMED, "join", {"invite": bytes(15)}),
            (INVITE_NOT_FOUND, "uninvite", {"id": 2**64 - 1}),
            (USAGE, "set", {"password": "x", "open": True}),
            (PASSWORD_MISSING, "set", {"password": ""}),
            (TRANSFER_NOT_OFFERED, "heir", {"accept": True}),
            (LICENCE_INVALID, "licence", {"key": "buri-licence-AAAA"}),
            (AUTH_FAILED, "rotate", {"key": blob, "by_old": signature, "by_new": signature}),
            (OWNS_NETWORKS, "delete_account", {"networks": False}),
        ]
        for number, (code, kind, fields) in enumerate(cases, 3):
            await self.answer(control, "error", code, t=kind, q=number, network=name, **fields)
        await self.answer(control, "error", NETWORK_NOT_FOUND, t="log", q=99, network="no_such_network", after=0, limit=1)
        await self.answer(control, "ok", t="delete", q=100, network=name)

    async def check_unknown_session_is_synchronised(self):
        for session in (0, 1, 2**64 - 1):
            control = await self.online()
            control.message(t="hello", q=1, software="", suites=bytes([self.suite]), tunnels=[],
                            resume={"session": session, "sequence": 0})
            assert (await control.next_message())["t"] == "ok"
            assert (await control.next_message())["t"] == "sync"

    async def check_message_that_is_no_map_closes(self):
        ping = cbor({"t": "ping", "q": 2})
        whole = (b"", b"\x80", ping + b"\0", ping[:-1], b"\xbf" + b"\x61t\x64ping\x61q\x02\xff")
        numbers = tuple(cbor({"t": "ping", **wrong}) for wrong in ({}, {"q": 2**32}, {"q": "2"}))
        # A key twice, a key that is no text; a float, undefined, a tag, a number below -2^63, a ninth level, no UTF-8.
        keys = (b"\x61t\x01", b"\x01\x01")
        values = (b"\xf9\0\0", b"\xf7", b"\xc0\x01", b"\x3b" + b"\xff" * 8, b"\x81" * 8 + b"\1", b"\x61\xff")
        entries = keys + tuple(b"\x61x" + value for value in values)
        for body in (*whole, *numbers, *(b"\xa3\x61t\x64ping\x61q\x02" + entry for entry in entries)):
            control = await self.ready()
            control.send(u8(MSG) + body)
            await self.closes(control)

    async def check_seven_levels_inside_the_map_are_read(self):
        control = await self.ready()
        deep = 1
        for _ in range(7):
            deep = [deep]
        await self.answer(control, "ok", t="ping", q=2, deep=deep)

    async def check_bye_ends_the_connection(self):
        control = await self.ready()
        await self.answer(control, "ok", t="bye", q=2)
        await self.closes(control)

    async def run(self):
        silence = asyncio.ensure_future(self.one("check_silence_closes"))
        (await self.ready()).close()
        for name in dir(self):
            if name.startswith("check_") and name != "check_silence_closes":
                await self.one(name)
        await silence
        return all(self.done)

    async def one(self, name):
        try:
            await getattr(self, name)()
            self.done.append(True)
        except (AssertionError, Answered, Closed, wire.Refused, asyncio.TimeoutError) as problem:
            self.done.append(False)
            what = f"{name[6:].replace('_', ' ')}: {type(problem).__name__} {problem}"
            print(f"suite {self.suite}: not so: {what}", flush=True)


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--fingerprint", required=True, help="SHA256:...")
    parser.add_argument("--suite", type=int, default=2)
    parser.add_argument("--accepted", default="1,2,3", help="the list of suites that the server must tell")
    sys.exit(0 if await Checks(parser.parse_args()).run() else 1)


if __name__ == "__main__":
    asyncio.run(main())
