#!/usr/bin/env python3
"""Asks other programs what `rollcall-extract assess` counts, on the same file, and prints seconds, peak memory and the answer.

    python3 bench/risk_peers.py special FILE.parquet COLUMN...   PyPI `suda`, minimal uniques up to three columns
    python3 bench/risk_peers.py classes FOLDER COLUMN...         PyPI `duckdb`, sizes of classes; the last line has its own query
    python3 bench/risk_peers.py make FILE.parquet PEOPLE SEED    seven columns to try it with

Each in a process of its own; two threads for DuckDB. Ours: the examples `special` and `classes` of `crates/extract`.
"""

import random
import resource
import sys
import time

# What the seven columns of `make` may have.
VALUES = [2, 12, 18, 150, 30, 5, 8]


def make(path, people, seed):
    import pyarrow
    import pyarrow.parquet
    draw = random.Random(seed)
    # The square draws low codes more often: rare values are what makes people special.
    columns = {f"c{number}": [int(values * draw.random() ** 2) for _ in range(people)]
               for number, values in enumerate(VALUES)}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def special(path, columns):
    import pandas
    import suda
    table = pandas.read_parquet(path, columns=columns)
    begin = time.monotonic()
    found = suda.suda(table, max_msu=3, columns=columns)
    seconds = time.monotonic() - begin
    # Where nobody is alone every `msu` is missing.
    people = int((found["msu"].fillna(0).astype(float) > 0).sum())
    print(f"suda: {seconds:.2f} s, {people} people")


def classes(folder, columns):
    import duckdb
    files = folder if folder.endswith(".parquet") else f"{folder}/*.parquet"
    names = ", ".join(f'"{column}"' for column in columns)
    query = f"""select count(*), count(*) filter (n = 1), coalesce(sum(n) filter (n < 5), 0), coalesce(sum(n) filter (n < 10), 0)
                from (select count(*) as n from read_parquet('{files}') group by {names})"""
    database = duckdb.connect()
    database.execute("set threads = 2")
    begin = time.monotonic()
    found = database.execute(query).fetchone()
    seconds = time.monotonic() - begin
    print(f"duckdb: {seconds:.2f} s, {found[0]} classes, {found[1]} unique, {found[2]} under 5, {found[3]} under 10")
    print(query)


def main():
    work, path, *rest = sys.argv[1:]
    if work == "make":
        make(path, int(rest[0]), int(rest[1]))
    elif work == "special":
        special(path, rest)
    elif work == "classes":
        classes(path, rest)
    else:
        sys.exit(__doc__)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"CPU {usage.ru_utime + usage.ru_stime:.2f} s, at most {usage.ru_maxrss // 1024} MB")


main()
