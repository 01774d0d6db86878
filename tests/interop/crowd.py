#!/usr/bin/python3
"""Many nodes at once, as the server sees them: control channels without tunnels. Prints one JSON document.

    crowd.py race --network N --token T     all join with one invite at the same moment:
                                            {"admitted": n, "refused": {code: n}}
    crowd.py hear --network N               all join; then one after the other changes its nickname ROUNDS times, and each
                                            change is timed until the last of the others has heard of it:
                                            {"heard_ms": [...], "bytes": per member and change}
    crowd.py load --networks F --pid P      each joins a network of the file F (one name a line) and leaves it, ROUNDS times,
                                            and connects again, while the server's process P is watched:
                                            {"join_cpu_ms": x, "list_cpu_ms": x}
"""
import argparse
import asyncio
import base64
import json
import os
import sys
import time

import crypto
from control import Answered, Closed, Control
from wire import field


class Member:
    def __init__(self, options, number):
        self.options, self.number = options, number
        self.key, self.identity = crypto.new_key("ed25519"), None
        self.requests, self.asked, self.bytes = {}, 0, 0
        self.heard, self.wanted = None, None

    async def connect(self):
        addresses = self.options.address
        self.control = Control(2)
        local = addresses[self.number % len(addresses)] if addresses else None
        self.control.reader, self.control.writer = await asyncio.open_connection(
            self.options.server, 12975, local_addr=(local, 0) if local else None)
        await self.control.hello(crypto.fingerprint_bytes(self.options.fingerprint))
        if self.identity is None:
            self.identity = await self.control.register(self.key, f"crowd-{self.number}")
        await self.control.authenticate(self.key, self.identity)
        self.synced = asyncio.Event()
        self.reading = asyncio.ensure_future(self.read())
        await self.request("hello", software="crowd 1", suites=bytes([2]), tunnels=[])
        await asyncio.wait_for(self.synced.wait(), 30)

    async def request(self, kind, **fields):
        self.asked += 1
        answer = self.requests[self.asked] = asyncio.get_running_loop().create_future()
        self.control.message(t=kind, q=self.asked, **fields)
        return await asyncio.wait_for(answer, 60)

    async def read(self):
        try:
            while True:
                message = await self.control.next_message()
                self.bytes += len(self.control.latest[-1])
                self.handle(message)
        except Closed as problem:
            for answer in self.requests.values():
                if not answer.done():
                    answer.set_exception(problem)

    def handle(self, message):
        kind = field(message, "t", str)
        if "q" in message:
            answer = self.requests.pop(message["q"])
            if kind == "error":
                answer.set_exception(Answered(0x20, message["code"], message["text"]))
            else:
                answer.set_result(message)
        elif kind == "sync":
            self.synced.set()
        elif kind == "peer" and message["peer"]["nickname"] == self.wanted:
            self.wanted = None
            self.heard.set_result(time.monotonic())

    def listen_for(self, nickname):
        self.wanted, self.heard = nickname, asyncio.get_running_loop().create_future()
        return self.heard

    async def close(self):
        self.reading.cancel()
        self.control.close()
        await asyncio.sleep(0)


async def connect_all(options):
    members = [Member(options, number) for number in range(options.nodes)]
    for start in range(0, len(members), 20):
        await asyncio.gather(*(member.connect() for member in members[start:start + 20]))
    return members


async def race(options):
    members = await connect_all(options)
    token = base64.urlsafe_b64decode(options.token + "==")
    outcomes = await asyncio.gather(
        *(member.request("join", network=options.network, invite=token) for member in members), return_exceptions=True)
    refused = {}
    for outcome in outcomes:
        if isinstance(outcome, Answered):
            refused[outcome.code] = refused.get(outcome.code, 0) + 1
        elif isinstance(outcome, BaseException):
            raise outcome
    return {"admitted": len(outcomes) - sum(refused.values()), "refused": refused}


async def hear(options):
    members = await connect_all(options)
    for member in members:
        await member.request("join", network=options.network)
    await asyncio.sleep(1)
    heard = []
    before = sum(member.bytes for member in members)
    for number in range(options.rounds):
        member, nickname = members[number % len(members)], f"renamed-{number}"
        others = [each.listen_for(nickname) for each in members if each is not member]
        begun = time.monotonic()
        await member.request("nick", nickname=nickname)
        times = await asyncio.wait_for(asyncio.gather(*others), 30)
        heard.append((max(times) - begun) * 1000)
    total = sum(member.bytes for member in members) - before
    return {"heard_ms": heard, "bytes": total / options.rounds / len(members)}


def cpu_ms(pid):
    """User and system time of the process and all its threads, in milliseconds, from the scheduler's counter."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e6


async def load(options):
    with open(options.networks) as file:
        names = file.read().split()
    members = await connect_all(options)
    begun, joins = cpu_ms(options.pid), 0
    for number in range(options.rounds):
        name = names[number * 7919 % len(names)]
        for member in members:
            await member.request("join", network=name)
            joins += 1
    join = (cpu_ms(options.pid) - begun) / joins
    begun = cpu_ms(options.pid)
    for member in members:
        await member.close()
        await member.connect()
    connection = (cpu_ms(options.pid) - begun) / len(members)
    return {"join_cpu_ms": join, "list_cpu_ms": connection, "joins": joins, "networks": len(names)}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("race", "hear", "load"))
    parser.add_argument("--server", required=True)
    parser.add_argument("--fingerprint", required=True, help="SHA256:...")
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--network")
    parser.add_argument("--token")
    parser.add_argument("--networks")
    parser.add_argument("--pid", type=int)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--address", action="append", default=[], help="an address of this host to connect from")
    options = parser.parse_args()
    print(json.dumps(await {"race": race, "hear": hear, "load": load}[options.what](options)))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
