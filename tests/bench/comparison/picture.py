"""The medians of tests/bench/throughput as a picture, SVG: bars of one TCP stream, and the other figures small below."""

WIDTH, MARGIN, GAP = 960, 16, 24
NAME_WIDTH, VALUE_WIDTH, LARGE_BAR, SMALL_BAR = 96, 84, 22, 13
COLUMNS = 3
INK, FAINT, OWN, PEER = "#000000", "#666666", "#1b7837", "#9e9ac8"
# Figure, title, how it is written; the first is drawn large.
PANELS = (("one_stream", "One TCP stream, Mbit/s", ",.0f"), ("four_streams", "Four TCP streams, Mbit/s", ",.0f"),
          ("udp_small", "UDP of 64 bytes, packets/s", ",.0f"), ("udp_large", "UDP of 1,400 bytes, Mbit/s", ",.0f"),
          ("idle_rtt", "Round trip at rest, ms (less is better)", ".3f"), ("loaded_rtt", "Round trip under load, ms (less is better)", ".2f"),
          ("cpu", "CPU of both ends, s/GiB (less is better)", ".2f"))


class canvas:
    def __init__(self):
        self.lines, self.bottom = [], 0

    def text(self, x, y, words, size, ink=INK, anchor="start", weight="normal"):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.lines.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{ink}" text-anchor="{anchor}" '
                          f'font-weight="{weight}">{words}</text>')

    def bar(self, x, y, width, height, fill):
        self.lines.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')
        self.bottom = max(self.bottom, y + height)


def panel(out, products, figure, title, form, left, top, width, thickness):
    """The products' bars of one figure. What the bare wire reaches is said in the title: at its scale the others could not be told apart."""
    wire = next((product["median"][figure] for product in products if is_wire(product) and figure in product["median"]), None)
    shown = [product for product in products if not is_wire(product) and figure in product["median"]]
    size = 13 if thickness == LARGE_BAR else 10
    names = NAME_WIDTH if thickness == LARGE_BAR else NAME_WIDTH * 0.8
    out.text(left, top, title, size + 1, weight="bold")
    if wire is not None:
        out.text(left, top + size + 3, f"raw veth: {format(wire, form)}", size - 1, FAINT)
    top += size + 12
    scale = (width - names - VALUE_WIDTH * size / 13) / max([product["median"][figure] for product in shown] + [1e-9])
    for product in shown:
        value = product["median"][figure]
        baseline = top + thickness / 2 + size * 0.36
        out.text(left + names - 6, baseline, product["title"], size, anchor="end")
        out.bar(left + names, top, max(1, value * scale), thickness, OWN if product["title"].startswith("Buri") else PEER)
        out.text(left + names + max(1, value * scale) + 5, baseline, format(value, form), size)
        top += thickness * 1.3


def is_wire(product):
    return product["title"] == "raw veth"


def bars(products, words):
    """The picture. products: what report.read gives of each, with medians; words: of the machine and the run."""
    out = canvas()
    out.text(MARGIN, 26, "Buri beside the VPNs that Debian packages", 18, weight="bold")
    out.text(MARGIN, 44, words, 11, FAINT)
    panel(out, products, *PANELS[0], MARGIN, 76, WIDTH - 2 * MARGIN, LARGE_BAR)
    width = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS
    for start in range(1, len(PANELS), COLUMNS):
        top = out.bottom + 36
        for column, each in enumerate(PANELS[start:start + COLUMNS]):
            panel(out, products, *each, MARGIN + column * (width + GAP), top, width, SMALL_BAR)
    height = out.bottom + MARGIN
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}" '
            'font-family="sans-serif">', f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>']
    return "\n".join(head + out.lines + ["</svg>"]) + "\n"
