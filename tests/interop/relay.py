#!/usr/bin/python3
"""A relay as the server sees it, written from vpn-protocol(7): joins the fleet and beats until the server ends the connection. It relays
nothing.

    relay.py --token T --udp ENDPOINT [--tls]
                "joined ID NAME REGION", then "closed"; or "refused CODE TEXT"
"""
import argparse
import asyncio
import ssl
import sys

import crypto
import shapes
from control import Answered, Closed, Control
from wire import Refused


class Relay:
    def __init__(self, options):
        self.options, self.asked = options, 0
        self.control = Control(crypto.AES)

    async def connect(self):
        options = self.options
        if options.tls:
            # Who the server is, its own handshake tells; the certificate has the same key.
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols([options.protocol])
            self.control.reader, self.control.writer = await asyncio.open_connection(options.server, 443, ssl=context)
        else:
            await self.control.connect(options.server, 12975)
        await self.control.hello(crypto.fingerprint_bytes(options.fingerprint))
        key = crypto.new_key("ed25519")
        await self.control.authenticate(key, await self.control.register(key, "relay"))

    async def next(self):
        message = await self.control.next_message()
        return shapes.check(message), message

    async def ask(self, kind, **fields):
        self.asked += 1
        self.control.message(t=kind, q=self.asked, **fields)
        answered, message = await asyncio.wait_for(self.next(), 10)
        if message.get("q") != self.asked:
            raise Refused(f"'{answered}' instead of an answer")
        return answered, message

    async def run(self):
        await self.connect()
        options = self.options
        answered, message = await self.ask(
            "relay_hello", token=options.token.encode(), software="stranger relay 1", udp=[options.udp], tcp=[], tls=[], host="")
        if answered == "error":
            print("refused", message["code"], message["text"], flush=True)
            return
        kind, told = await asyncio.wait_for(self.next(), 10)
        if kind != "relays" or told["s"] != 1 or len(told["relays"]) != 1:
            raise Refused("not told who it is")
        own = told["relays"][0]
        print("joined", own["id"], own["name"], own["region"], *own["udp"], flush=True)
        while True:
            answered, _ = await self.ask("relay_load", bindings=3, kbit=42)
            if answered != "ok":
                raise Refused("a heartbeat that is refused")
            try:
                await asyncio.wait_for(self.next(), 1)
                raise Refused("a relay is told nothing more")
            except asyncio.TimeoutError:
                pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--fingerprint", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--udp", required=True)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--protocol", default="buri-control")
    try:
        asyncio.run(Relay(parser.parse_args()).run())
    except Closed:
        print("closed", flush=True)
    except (Refused, Answered) as problem:
        print(f"refused: {problem}", file=sys.stderr, flush=True)
        sys.exit(1)


main()
