#!/usr/bin/env python3
"""Sends UDP datagrams of one size at a given rate, or as fast as it can, or counts those that arrive. Many a system call (sendmmsg, recvmmsg), so
that on two cores it leaves more to what is measured than iperf3 does, which sends each datagram by itself.

usage: udp_load.py send ADDRESS PORT SIZE SECONDS RATE      RATE in datagrams a second, 0: no limit; prints how many were sent
       udp_load.py receive ADDRESS PORT                     one load; prints how many arrived and in how many seconds"""
import ctypes
import os
import socket
import struct
import sys
import time

BATCH = 64
BUFFER = 4 << 20
MSG_WAITFORONE = 0x10000
SO_RCVBUFFORCE = 33
FIRST_WAIT, IDLE_WAIT = 5, 0.3  # s until the first datagram; after the last

libc = ctypes.CDLL(None, use_errno=True)


class iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("vectors", ctypes.POINTER(iovec)),
                ("vector_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t), ("flags", ctypes.c_int)]


class mmsghdr(ctypes.Structure):
    _fields_ = [("header", msghdr), ("bytes", ctypes.c_uint)]


def messages(size):
    """BATCH messages, all over one buffer of random bytes: what they say does not matter, if only no compression gains by it."""
    content = ctypes.create_string_buffer(os.urandom(size), size)
    vector = iovec(ctypes.cast(content, ctypes.c_void_p), size)
    headers = (mmsghdr * BATCH)()
    for each in headers:
        each.header.vectors = ctypes.pointer(vector)
        each.header.vector_count = 1
    return headers


def send(address, port, size, seconds, rate):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect((address, port))
        descriptor, headers, sent = out.fileno(), messages(size), 0
        begun = now = time.monotonic()
        while now < begun + seconds:
            due = BATCH if rate == 0 else min(BATCH, int((now - begun) * rate) - sent)
            if due > 0:
                sent += max(0, libc.sendmmsg(descriptor, headers, due, 0))
            else:
                time.sleep(50e-6)
            now = time.monotonic()
    print(sent)


def receive(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as source:
        source.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        source.bind((address, port))
        print("ready", flush=True)
        descriptor, headers, arrived, first, last = source.fileno(), messages(2048), 0, 0, 0
        wait_at_most(source, FIRST_WAIT)
        while (count := libc.recvmmsg(descriptor, headers, BATCH, MSG_WAITFORONE, None)) > 0:
            last = time.monotonic()
            if arrived == 0:
                first = last
                wait_at_most(source, IDLE_WAIT)
            arrived += count
    print(arrived, last - first)


def wait_at_most(source, seconds):
    source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(sys.argv[2], *map(int, sys.argv[3:5]), float(sys.argv[5]), float(sys.argv[6]))
    else:
        receive(sys.argv[2], int(sys.argv[3]))
