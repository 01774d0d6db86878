#!/usr/bin/env python3
"""The results of tests/bench/throughput as a table of medians, the same as multiples of Buri's, and the goals; as JSON and as a picture on request.

A line of the results is JSON: of a measurement (comparison/measure.py), or `about` a product, or that it was `skipped` or `failed`."""
import argparse
import json
import pathlib
import platform
import re
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import picture  # noqa: E402

# Name of a figure in the JSON: where a measurement has it, the head of its column, and how it is written.
FIGURES = {
    "one_stream": (("one_stream", "rate"), "TCP Mbit/s", ",.0f"),
    "retransmissions": (("one_stream", "retransmissions"), "retrans", ",.0f"),
    "four_streams": (("four_streams", "rate"), "4 TCP Mbit/s", ",.0f"),
    "udp_small": (("udp_small", "packets"), "UDP 64 B /s", ",.0f"),
    "udp_large": (("udp_large", "rate"), "UDP 1.4 kB Mbit/s", ",.0f"),
    "udp_large_loss": (("udp_large", "loss"), "loss %", ".1f"),
    "idle_rtt": (("idle_rtt", "median"), "RTT ms", ".3f"),
    "idle_rtt_p99": (("idle_rtt", "p99"), "p99", ".2f"),
    "loaded_rtt": (("loaded_rtt", "median"), "loaded ms", ".2f"),
    "loaded_rtt_p99": (("loaded_rtt", "p99"), "p99", ".2f"),
    "cpu_left": (("cpu", "left"), "CPU s/GiB left", ".2f"),
    "cpu_right": (("cpu", "right"), "right", ".2f"),
    "cpu": (("cpu", "both"), "both", ".2f"),
    "memory": (("memory",), "RSS MiB", ".1f"),
}
FIRST_TABLE = 6  # figures; the others are in a second one
COMPARED = ("one_stream", "four_streams", "udp_small", "udp_large", "idle_rtt", "loaded_rtt", "cpu", "memory")
QUIET = 0.3  # share of the processors that pings at rest and what they go through may take
OWN = ("none", "buri", "buri-chacha", "buri-classic")


def at(measurement, path):
    for step in path:
        measurement = measurement[step]
    return measurement


def medians(measurements, product):
    """The median of each figure; the bare wire has no daemons, so neither CPU nor memory."""
    found = {name: statistics.median(at(each, path) for each in measurements) for name, (path, _, _) in FIGURES.items()}
    return {name: value for name, value in found.items() if product != "none" or not name.startswith(("cpu", "memory"))}


def read(lines):
    """What the results say of each product, in the order of their first lines."""
    products = {}
    for line in map(json.loads, lines):
        product = products.setdefault(line["product"], {"title": line["product"], "about": "", "notes": [], "rounds": []})
        product["title"] = line.get("title", product["title"])
        product["about"] = line.get("about", product["about"])
        product["notes"] += [f"{kind}: {line[kind]}" for kind in ("skipped", "failed") if kind in line]
        if "one_stream" in line:
            product["rounds"].append({key: value for key, value in line.items() if key != "product"})
    for name, product in products.items():
        product["median"] = medians(product["rounds"], name) if product["rounds"] else {}
        product["notes"] = list(dict.fromkeys(product["notes"]))
        fragmented = sum(each["wire"]["fragmented"] for each in product["rounds"])
        if fragmented:
            product["notes"].append(f"{fragmented} of its packets were fragmented: its MTU is too large")
    return products


def print_columns(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) if number == 0 else cell.rjust(width) for number, (cell, width) in enumerate(zip(row, widths))).rstrip())
    print()


def print_figures(products):
    names = list(FIGURES)
    for table in (names[:FIRST_TABLE], names[FIRST_TABLE:]):
        rows = [["median (of rounds)"] + [FIGURES[name][1] for name in table]]
        for product in products.values():
            cells = [format(product["median"][name], FIGURES[name][2]) if name in product["median"] else "-" for name in table]
            rows.append([f"{product['title']} ({len(product['rounds'])})"] + cells)
        print_columns(rows)


def print_ratios(products):
    own = products.get("buri", {}).get("median", {})
    if not own:
        return
    rows = [["as multiples of Buri's"] + [FIGURES[name][1] if name != "cpu" else "CPU s/GiB" for name in COMPARED]]
    for product in products.values():
        theirs = product["median"]
        rows.append([product["title"]] + [f"{theirs[name] / own[name]:.2f}x" if name in theirs and own[name] else "-" for name in COMPARED])
    print_columns(rows)


def goals(products, wire):
    """Rows of goal, figure, limit, and whether it is kept: what can be told of the products that were measured. Figures as in the table."""
    own = products.get("buri", {}).get("median", {})
    classic = products.get("buri-classic", {}).get("median", {})
    peers = [product["median"] for name, product in products.items() if name not in OWN and product["median"]]
    rows = []

    def row(what, value, limit, least, form=",.0f", strict=False):
        kept = value >= limit if least else value < limit if strict else value <= limit
        sign = "≥" if least else "<" if strict else "≤"
        rows.append({"goal": what, "value": value, "shown": format(value, form), "limit": f"{sign} {format(limit, form)}", "kept": kept})

    if own and peers:
        best = max(peer["one_stream"] for peer in peers)
        row(f"one TCP stream beside the best of {len(peers)} peers", own["one_stream"] / best, 10 if wire == "veth" else 3, True, ".2f")
    if own and wire == "veth":
        row("one TCP stream, Mbit/s", own["one_stream"], 8000, True)
        row("CPU of both daemons, s/GiB", own["cpu"], 1.6, False, ".2f")
        row("four TCP streams beside one", own["four_streams"] / own["one_stream"], 1, True, ".2f")
        row("loaded RTT, median, ms", own["loaded_rtt"], 1.5, False, ".2f")
        row("RSS under load, MB", own["memory"] * 2**20 / 1e6, 40, False, ".1f")
    if own and peers and wire == "veth":
        row(f"UDP 64 B beside the best of {len(peers)} peers", own["udp_small"] / max(peer["udp_small"] for peer in peers), 3, True, ".2f")
        lowest = min(peer["idle_rtt"] for peer in peers)
        row(f"idle RTT, below the best of {len(peers)} peers, ms", own["idle_rtt"], lowest, False, ".3f", strict=True)
    if classic and wire == "veth":
        row("one TCP stream with suite 1, Mbit/s", classic["one_stream"], 800, True)
    return rows


def print_goals(rows):
    if rows:
        print_columns([["goal", "figure", "limit", ""]] +
                      [[row["goal"], row["shown"], row["limit"], "kept" if row["kept"] else "MISSED"] for row in rows])


def print_notes(products):
    noisy = [each["busy_at_rest"] for product in products.values() for each in product["rounds"] if each["busy_at_rest"] > QUIET]
    if noisy:
        print(f"NOT A QUIET MACHINE: in {len(noisy)} measurements up to {max(noisy):.0%} of the processors were busy before the load began.")
    for product in products.values():
        for words in [product["about"]] + product["notes"]:
            if words:
                print(f"{product['title']}: {words}")


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"processor": model[1] if model else platform.processor(), "kernel": platform.release(),
            "cores": len(re.findall(r"^processor\s", pathlib.Path("/proc/cpuinfo").read_text(), re.M))}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("results")
    arguments.add_argument("--rounds", type=int, required=True)
    arguments.add_argument("--seconds", type=int, required=True)
    arguments.add_argument("--wire", choices=("veth", "segmenting"), required=True)
    arguments.add_argument("--json", type=pathlib.Path)
    arguments.add_argument("--svg", type=pathlib.Path)
    options = arguments.parse_args()
    with open(options.results) as results:
        products = read(results)
    rows = goals(products, options.wire)
    run = {"rounds": options.rounds, "seconds": options.seconds, "wire": options.wire, **machine()}
    words = (f"{run['cores']} cores, {run['processor']}, Linux {run['kernel']}; {options.rounds} round{'s'[:options.rounds > 1]}, {options.seconds} s a TCP test; "
             f"{options.wire}")
    print(words + "\n")
    print_figures(products)
    print_ratios(products)
    print_goals(rows)
    print_notes(products)
    if options.json:
        options.json.write_text(json.dumps({**run, "goals": rows, "products": products}, indent=1) + "\n")
    if options.svg:
        options.svg.write_text(picture.bars([product for product in products.values() if product["median"]], words))


if __name__ == "__main__":
    main()
