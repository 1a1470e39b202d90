#!/usr/bin/env python3
"""What DuckDB, Polars and suda do for the same work: one job in one process, so that its cost can be measured.

peers.py duckdb|polars extract FOLDER OUT   a quarter of the census, eight columns, keyed hashes, Parquet with zstd
peers.py duckdb|polars classes FOLDER C,... sizes of the classes over these columns: how many, of 1, under 5, under 10
peers.py duckdb sample FOLDER OUT ROWS      so many rows of one census, as one file
peers.py suda uniques FILE C,...            seconds of counting, and rows with a minimal unique of up to three columns
"""

import os
import sys
import time

THREADS = 2
KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
# A quarter of twelve year groups, and eight columns with the pseudonym.
FIRST, LAST = 3, 5
KEPT = ("year", "term", "urn", "year_group", "gender", "ethnicity", "fsm")


def duckdb_connection():
    import duckdb
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    # Neither of us keeps the order of rows.
    connection.execute("SET preserve_insertion_order = false")
    return connection


def duckdb_extract(folder, out):
    query = (f"SELECT sha256('{KEY}' || upn) AS upn, {', '.join(KEPT)} FROM read_parquet('{folder}/census/*.parquet') "
             f"WHERE year_group BETWEEN {FIRST} AND {LAST}")
    print(duckdb_connection().execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)").fetchone()[0])


def duckdb_classes(folder, columns):
    sizes = f"SELECT count(*) AS size FROM read_parquet('{folder}/census/*.parquet') GROUP BY {columns}"
    query = ("SELECT count(*), count(*) FILTER (size = 1), coalesce(sum(size) FILTER (size < 5), 0), "
             f"coalesce(sum(size) FILTER (size < 10), 0) FROM ({sizes})")
    print(*map(int, duckdb_connection().execute(query).fetchone()))


def duckdb_sample(folder, out, rows):
    query = (f"SELECT * FROM read_parquet('{folder}/census/*.parquet') WHERE year = 2018 AND term = 'SPR' "
             f"ORDER BY upn LIMIT {int(rows)}")
    duckdb_connection().execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")


def polars_scan(folder):
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars
    return polars, polars.scan_parquet(f"{folder}/census/*.parquet")


def polars_extract(folder, out):
    polars, census = polars_scan(folder)
    import polars_hash
    keyed = polars_hash.concat_str(polars.lit(KEY), polars.col("upn")).chash.sha2_256().alias("upn")
    rows = census.filter(polars.col("year_group").is_between(FIRST, LAST)).select(keyed, *KEPT)
    rows.sink_parquet(out, compression="zstd", maintain_order=False, engine="streaming")
    # What was written says it; nothing of it is read again.
    print(polars.scan_parquet(out).select(polars.len()).collect().item())


def polars_classes(folder, columns):
    polars, census = polars_scan(folder)
    size = polars.col("len")
    sizes = census.group_by(columns.split(",")).len().select(
        polars.len().alias("classes"), (size == 1).sum().alias("unique"),
        size.filter(size < 5).sum().alias("under5"), size.filter(size < 10).sum().alias("under10"))
    print(*sizes.collect(engine="streaming").row(0))


def suda_uniques(file, columns):
    import warnings
    import duckdb
    import suda
    warnings.simplefilter("ignore")
    table = duckdb.execute(f"SELECT {columns} FROM read_parquet('{file}')").df().astype(str)
    begun = time.monotonic()
    scored = suda.suda(table, max_msu=3, columns=columns.split(","))
    seconds = time.monotonic() - begun
    # Where nobody is alone every `msu` is missing.
    print(seconds, int((scored["msu"].fillna(0).astype(float) > 0).sum()))


if __name__ == "__main__":
    engine, job, *arguments = sys.argv[1:]
    globals()[f"{engine}_{job}"](*arguments)
