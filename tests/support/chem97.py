#!/usr/bin/env python3
"""31,022 pupils' marks in chemistry in 1997, as Debian packages them for R (`r-cran-mlmrev`). R itself is not needed: what reads
its files here knows just the kinds of objects that the table is made of.

    tests/support/chem97.py FOLDER    writes FOLDER/pupils/chem97.csv, where ROLLCALL_REAL_DATA=FOLDER has tests look
"""

import bz2
import csv
import gzip
import lzma
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")).resolve()
FOLDER = TARGET / "chem97" / "usr/lib/R/site-library/mlmRev/data"

# Codes of R's serialised objects (R Internals, section 1.8).
SYMBOL, PAIRS, TEXT, LOGICAL, WHOLE, NUMBER, TEXTS, LIST = 1, 2, 9, 10, 13, 14, 16, 19
REFERENCE, END, GLOBAL, NAMESPACE_END = 255, 254, 253, 242


class Objects:
    """Reads one object in the portable form: vectors with their attributes, as `(values, attributes)`."""

    def __init__(self, content):
        assert content[:2] == b"X\n", "expected R's portable binary form"
        self.content, self.at, self.symbols = content, 2, []
        version, _, _ = self.whole(), self.whole(), self.whole()
        if version == 3:
            # The name of an encoding.
            self.several("B", self.whole())

    def whole(self):
        return self.several("i", 1)[0]

    def several(self, kind, count):
        size = struct.calcsize(kind)
        found = struct.unpack_from(f">{count}{kind}", self.content, self.at)
        self.at += size * count
        return list(found)

    def read(self):
        flags = self.whole()
        kind, attributes, tagged = flags & 255, flags & 512, flags & 1024
        if kind in (END, GLOBAL, NAMESPACE_END):
            return None
        if kind == REFERENCE:
            return self.symbols[(flags >> 8 or self.whole()) - 1]
        if kind == SYMBOL:
            self.symbols.append(self.read())
            return self.symbols[-1]
        if kind == TEXT:
            length = self.whole()
            text = None if length < 0 else self.content[self.at:self.at + length].decode("latin-1")
            self.at += max(length, 0)
            return text
        if kind == PAIRS:
            if attributes:
                self.read()
            name = self.read() if tagged else None
            return {name: self.read()} | (self.read() or {})
        if kind in (LOGICAL, WHOLE):
            values = self.several("i", self.whole())
        elif kind == NUMBER:
            values = self.several("d", self.whole())
        elif kind in (TEXTS, LIST):
            values = [self.read() for _ in range(self.whole())]
        else:
            raise ValueError(f"an object of kind {kind} is not expected here")
        return values, self.read() if attributes else {}


def named(pair):
    values, attributes = pair
    return dict(zip(attributes["names"][0], values))


def unpacked(part):
    """A part of a lazy-load database: its length, how it is compressed, and that."""
    length, kind = struct.unpack(">I", part[:4])[0], part[4:5]
    if kind == b"2":
        content = bz2.decompress(part[5:])
    elif kind == b"Z":
        content = lzma.decompress(part[5:], format=lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    else:
        content = zlib.decompress(part[4:])
    assert len(content) == length
    return content


def table():
    """Columns by name: factors as their labels."""
    subprocess.run([REPOSITORY / "tests" / "install", "chem97"], check=True)
    index = named(Objects(gzip.decompress((FOLDER / "Rdata.rdx").read_bytes())).read())
    (first, length), _ = named(index["variables"])["Chem97"]
    data = named(Objects(unpacked((FOLDER / "Rdata.rdb").read_bytes()[first:first + length])).read())
    column = lambda values, attributes: [attributes["levels"][0][one - 1] for one in values] if "levels" in attributes else values
    return {name: column(*pair) for name, pair in data.items()}


def write(path):
    """The table as a CSV file with plain names."""
    names = {"lea": "lea", "school": "school", "student": "student", "score": "score", "gender": "gender", "age": "age_months",
             "gcsescore": "gcse_mean"}
    data = table()
    plain = lambda value: value if isinstance(value, str) else f"{value:.10g}"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names.values())
        writer.writerows(zip(*([plain(value) for value in data[name]] for name in names)))


if __name__ == "__main__":
    file = Path(sys.argv[1]) / "pupils" / "chem97.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    write(file)
