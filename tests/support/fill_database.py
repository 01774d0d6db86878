#!/usr/bin/python3
"""Puts many networks into a server's database while the server is away, and prints their names.

usage: fill_database.py DATABASE NETWORKS MEMBERS     MEMBERS of each; an account is in as many networks as in one
"""
import os
import sqlite3
import struct
import sys

path, networks, members = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
database = sqlite3.connect(path)
database.execute("PRAGMA foreign_keys = ON")
now = 1_700_000_000
first = struct.unpack(">I", bytes([100, 100, 0, 0]))[0]


def blob(text):
    return struct.pack(">I", len(text)) + text


def usable(number):
    """The addresses from 100.100.0.1 on, without those that end in 0 or 255."""
    return first + number // 254 * 256 + 1 + number % 254


with database:
    accounts = [usable(number) for number in range(networks)]
    keys = (blob(b"ssh-ed25519") + blob(os.urandom(32)) for _ in accounts)
    database.executemany(
        "INSERT INTO accounts (id, nickname, key_blob, created) VALUES (?, ?, ?, ?)",
        ((account, f"many-{number}", key, now) for number, (account, key) in enumerate(zip(accounts, keys))))
    start = database.execute("SELECT coalesce(max(id), 0) FROM networks").fetchone()[0] + 1
    database.executemany(
        "INSERT INTO networks (id, name, owner, password_hash, created) VALUES (?, ?, ?, '', ?)",
        ((start + number, f"many_{number}", account, now) for number, account in enumerate(accounts)))
    database.executemany(
        "INSERT INTO members (network, node, joined, name, is_waiting, privileges, is_welcomed, last_announcement)"
        " VALUES (?, ?, ?, ?, 0, 0, 1, 0)",
        ((start + number, accounts[(number + step) % networks], now + step, f"many-{(number + step) % networks}")
         for number in range(networks) for step in range(members)))
print("\n".join(f"many_{number}" for number in range(networks)))
