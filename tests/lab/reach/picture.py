"""The grid of the reach laboratory as a picture, SVG, for the README."""

CELL_WIDTH, CELL_HEIGHT, HEAD = 62, 36, 44
# A fill and an ink of each kind of path; told apart also without colour, by the letters.
COLOURS = {"D": ("#1b7837", "#ffffff"), "Dg": ("#5aae61", "#000000"), "Ds": ("#a6dba0", "#000000"), "Dt": ("#d9f0d3", "#000000"),
           "R": ("#e7d4e8", "#000000"), "none": ("#b2182b", "#ffffff")}
LEGEND = (("D", "direct"), ("Dg", "port predicted"), ("Ds", "by spraying"), ("Dt", "over TCP"), ("R", "relay"))
NAMES = {"P": "public", "F": "stateful firewall", "C1": "full cone", "M": "PCP, NAT-PMP, UPnP", "C2": "address-restricted",
         "C3": "port-restricted", "A": "mapping by address", "S2": "symmetric, open to the address", "Sq": "symmetric, ports in sequence",
         "Sr": "symmetric, ports at random", "T": "UDP blocked", "4": "only TCP 443", "H": "only an HTTP proxy"}


def grid(cells, rows, columns):
    width = max(HEAD + CELL_WIDTH * len(columns) + 8, 700)
    legend_top = HEAD + CELL_HEIGHT * len(rows) + 14
    names_top = legend_top + 44
    shown = [name for name in NAMES if name in rows or name in columns]
    height = names_top + 18 * -(-len(shown) // 3) + 10
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
           'font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>']

    def text(x, y, words, size=13, ink="#000000", anchor="middle", weight="normal"):
        out.append(f'<text x="{x}" y="{y}" font-size="{size}" fill="{ink}" text-anchor="{anchor}" font-weight="{weight}">{words}</text>')

    for number, name in enumerate(columns):
        text(HEAD + CELL_WIDTH * (number + 0.5), HEAD - 14, name, weight="bold")
    for line, row in enumerate(rows):
        top = HEAD + CELL_HEIGHT * line
        text(HEAD / 2, top + CELL_HEIGHT / 2 + 5, row, weight="bold")
        for number, column in enumerate(columns):
            draw_cell(out, text, cells.get((row, column)), HEAD + CELL_WIDTH * number, top)
    left = HEAD
    for kind, words in LEGEND:
        fill, ink = COLOURS[kind]
        out.append(f'<rect x="{left}" y="{legend_top}" width="28" height="20" fill="{fill}"/>')
        text(left + 14, legend_top + 15, kind, 12, ink)
        text(left + 34, legend_top + 15, words, 12, anchor="start")
        left += 52 + 7 * len(words)
    for number, name in enumerate(shown):
        text(HEAD + (width - HEAD) // 3 * (number % 3), names_top + 18 * (number // 3), f"{name}: {NAMES[name]}", 11, anchor="start")
    out.append("</svg>")
    return "\n".join(out) + "\n"


def draw_cell(out, text, cell, left, top):
    if cell is None or "path" not in cell:
        out.append(f'<rect x="{left + 1}" y="{top + 1}" width="{CELL_WIDTH - 2}" height="{CELL_HEIGHT - 2}" fill="#f0f0f0"/>')
        text(left + CELL_WIDTH / 2, top + 22, "" if cell is None else "void", 11)
        return
    fill, ink = COLOURS[cell["path"].split("/")[0]]
    out.append(f'<rect x="{left + 1}" y="{top + 1}" width="{CELL_WIDTH - 2}" height="{CELL_HEIGHT - 2}" fill="{fill}"/>')
    time = cell["first_byte_ms" if cell["path"] == "R" else "direct_ms"]
    text(left + CELL_WIDTH / 2, top + 15, ("! " if cell["worse"] else "") + cell["path"], 13, ink, weight="bold")
    if time:
        text(left + CELL_WIDTH / 2, top + 29, f"{time['p50']:.0f} ms", 11, ink)
