#!/usr/bin/env python3
"""Appends the same entries as crates/tlog/examples/append.rs in another way, each batch durable before the next.

`bare`: write and fsync on one file, which is what the machine asks for durability and nothing else.
`sqlite`: a row each with its SHA-256, one transaction a batch, write-ahead log, synchronous=FULL.
Neither keeps a tree, signs, stages or re-reads. Prints in the words of append.rs.
"""

import argparse
import hashlib
import os
import random
import sqlite3
import time

arguments = argparse.ArgumentParser()
arguments.add_argument("how", choices=("bare", "sqlite"))
for option in ("batch", "entries", "bytes"):
    arguments.add_argument(f"--{option}", type=int, required=True)
arguments.add_argument("--folder", required=True)
given = arguments.parse_args()

os.makedirs(given.folder)
path = os.path.join(given.folder, "log")
if given.how == "bare":
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append(entries):
        os.write(file, b"".join(entries))
        os.fsync(file)
else:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, entry BLOB, hash BLOB)")

    def append(entries):
        database.execute("BEGIN")
        rows = ((entry, hashlib.sha256(b"\0" + entry).digest()) for entry in entries)
        database.executemany("INSERT INTO log (entry, hash) VALUES (?, ?)", rows)
        database.execute("COMMIT")

source = random.Random(1)
start, cpu = time.perf_counter(), time.process_time()
done = 0
while done < given.entries:
    count = min(given.batch, given.entries - done)
    append([source.randbytes(given.bytes) for _ in range(count)])
    done += count
seconds = time.perf_counter() - start
print(f"{given.entries / seconds:.0f} entries/s")
print(f"{seconds:.2f} s wall, {time.process_time() - cpu:.2f} s CPU")
