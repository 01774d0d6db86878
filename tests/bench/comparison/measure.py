#!/usr/bin/env python3
"""Measures one product in one round, between the hosts left and right of a lab, and adds a line of JSON to the results: 30 s with SECONDS 5.

The fields of the line are those of `measurement` below; times in ms, rates in Mbit/s of payload, memory in MiB, CPU in seconds for each GiB of
payload that one TCP stream carried."""
import argparse
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
UDP_PORT = 5202
TICK = os.sysconf("SC_CLK_TCK")
# UDP payloads: the small one of the goals, and what makes an IPv4 packet of 1,400 bytes.
SMALL, LARGE = 64, 1372
# A try with UDP takes this share of SECONDS; each try offers that much more than arrived in the best one so far.
UDP_SHARE, UDP_GROWTH, UDP_TRIES = 0.2, (1.5, 1.2), 8
LARGEST_FRAME = 1514


def on(lab, side, *command):
    return ["ip", "netns", "exec", f"{lab}-{side}", *map(str, command)]


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"'{' '.join(command)}' failed: {done.stderr.strip() or done.stdout.strip()[-500:]}")
    return done.stdout


@contextlib.contextmanager
def running(command, ready):
    """A process that has printed a line with `ready`, until the end of the block."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout:
            if ready in line:
                break
        yield process
    finally:
        process.terminate()
        process.communicate()


def round_trips(text):
    """Of what ping printed: median and 99th percentile, from the lines of the packets, and how many were sent and lost."""
    times = sorted(float(found) for found in re.findall(r" time=([0-9.]+) ms", text))
    sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", text).groups())
    if not times:
        raise RuntimeError("no ping was answered")
    return {"median": statistics.median(times), "p99": times[min(len(times) - 1, -(-len(times) * 99 // 100) - 1)], "sent": sent,
            "lost": sent - received}


def cpu_seconds(pids):
    """User and system time of all threads, from /proc/PID/stat; what follows the name begins with field 3."""
    fields = [pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICK


def processor_times():
    """All processors, in ticks: idle or waiting, and in all."""
    fields = [int(each) for each in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_memory(pids):
    """MiB resident at the most since forget_peak, all processes of a side together."""
    return sum(int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) for pid in pids) / 1024


class bench:
    def __init__(self, options):
        self.lab, self.far, self.seconds = options.lab, options.far, options.seconds
        self.pids = {side: [int(p.split(":")[1]) for p in options.processes if p.startswith(f"{side}:")] for side in ("left", "right")}

    def wire(self):
        """Packets and bytes that left has sent on the wire, and how many of its packets had to be fragmented."""
        device = json.loads(output(on(self.lab, "left", "ip", "-json", "-statistics", "link", "show", "wan0")))[0]["stats64"]["tx"]
        header, values = [line.split() for line in output(on(self.lab, "left", "cat", "/proc/net/snmp")).splitlines() if line.startswith("Ip:")]
        return device["packets"], device["bytes"], int(values[header.index("FragCreates")])

    def tcp(self, streams):
        """Mbit/s that arrived, retransmissions, and bytes that arrived."""
        report = json.loads(output(on(self.lab, "left", "iperf3", "-c", self.far, "-t", self.seconds, "-P", streams, "-J")))["end"]
        return {"rate": report["sum_received"]["bits_per_second"] / 1e6, "retransmissions": report["sum_sent"]["retransmits"],
                "bytes": report["sum_received"]["bytes"]}

    def ping(self, count, interval):
        return on(self.lab, "left", "ping", "-n", "-c", count, "-i", interval, "-W", 1, self.far)

    def one_stream(self):
        """One TCP stream, with pings beside it."""
        cpu, wire = {side: cpu_seconds(pids) for side, pids in self.pids.items()}, self.wire()
        ping = subprocess.Popen(self.ping(self.seconds * 90, 0.01), stdout=subprocess.PIPE, text=True)
        stream = self.tcp(1)
        times, _ = ping.communicate()
        packets, carried, fragmented = (now - before for now, before in zip(self.wire(), wire))
        gibibytes = stream.pop("bytes") / 2**30
        spent = {side: (cpu_seconds(pids) - cpu[side]) / gibibytes for side, pids in self.pids.items()}
        return {"one_stream": stream, "loaded_rtt": round_trips(times), "cpu": {**spent, "both": sum(spent.values())},
                "wire": {"bytes_per_packet": carried / packets, "fragmented": fragmented}}

    def udp_try(self, size, rate):
        seconds = max(0.5, self.seconds * UDP_SHARE)
        load = HERE / "udp_load.py"
        with running(on(self.lab, "right", sys.executable, load, "receive", self.far, UDP_PORT), "ready") as receiver:
            sent = int(output(on(self.lab, "left", sys.executable, load, "send", self.far, UDP_PORT, size, seconds, rate)))
            arrived, span = receiver.stdout.readline().split()
        return {"offered": rate, "delivered": int(arrived) / max(float(span), seconds), "sent": sent, "lost": max(0, sent - int(arrived))}

    def udp(self, size):
        """The most datagrams a second that arrive, over all rates that are offered: at the greatest, the sender takes the cores from the
        daemons, and fewer may arrive than at a lower one. The loss is in %, the least with which 95 % as many arrive."""
        tries = [self.udp_try(size, 0)]
        for growth in UDP_GROWTH:
            while len(tries) < UDP_TRIES:
                best = max(each["delivered"] for each in tries)
                tries.append(self.udp_try(size, max(best, 1000) * growth))
                if tries[-1]["delivered"] < best * 1.02:
                    break
        best = max(each["delivered"] for each in tries)
        loss = min(100 * each["lost"] / each["sent"] for each in tries if each["delivered"] >= 0.95 * best)
        return {"packets": best, "rate": best * size * 8 / 1e6, "loss": loss, "tries": tries}

    def measurement(self):
        times = processor_times()
        idle = round_trips(output(self.ping(200, 0.005)))
        at_rest, all_time = (now - before for now, before in zip(processor_times(), times))
        for pid in sum(self.pids.values(), []):
            forget_peak(pid)
        with running(on(self.lab, "right", "iperf3", "-s", "-B", self.far, "--forceflush"), "listening"):
            line = {"idle_rtt": idle, "busy_at_rest": 1 - at_rest / all_time, **self.one_stream(), "four_streams": self.tcp(4)}
        line |= {"udp_small": self.udp(SMALL), "udp_large": self.udp(LARGE)}
        return line | {"memory": max(map(peak_memory, self.pids.values()))}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lab", required=True, help="the prefix of its namespaces")
    arguments.add_argument("--far", required=True, help="right's address in the tunnel")
    arguments.add_argument("--seconds", type=int, required=True)
    arguments.add_argument("--wire", choices=("veth", "segmenting"), required=True)
    arguments.add_argument("--product", required=True)
    arguments.add_argument("--round", type=int, required=True)
    arguments.add_argument("--results", required=True)
    arguments.add_argument("processes", nargs="*", help="HOST:PID, the daemons")
    options = arguments.parse_args()
    try:
        line = bench(options).measurement()
        if options.wire == "segmenting" and line["wire"]["bytes_per_packet"] > LARGEST_FRAME:
            raise RuntimeError(f"the wire carried packets of {line['wire']['bytes_per_packet']:.0f} bytes")
    except (RuntimeError, OSError, ValueError) as problem:
        sys.exit(f"{options.product}: {problem}")
    with open(options.results, "a") as results:
        print(json.dumps({"product": options.product, "round": options.round, **line}), file=results)


if __name__ == "__main__":
    main()
