"""How measurements are made and shown: processes that have ended, with what they cost, and one table of rows."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")).resolve()
SERVER, ROLLCALL = TARGET / "release" / "rollcall-server", TARGET / "release" / "rollcall"
# Ends a hang; the slowest run takes a tenth of it.
PATIENCE = 120

ROWS = []


class Done:
    """A process that has ended, with what it cost."""

    def __init__(self, command):
        self.started = time.perf_counter()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - self.started
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            self.said = out.read()
        self.cpu, self.peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        if process.returncode != 0:
            sys.exit(f"bench: {command} ended with {process.returncode}: {self.said}")


def median(runs, of):
    return statistics.median(of(run) for run in runs)


def row(what, us, peer, ratio, cpu, peak, target="", reached=None):
    ROWS.append((what, us, peer, ratio, f"{cpu:.2f}", f"{peak:.0f}", target, {True: "yes", False: "NO", None: ""}[reached]))


def table():
    heads = ("what", "us", "peer", "us / peer", "CPU s", "peak MB", "target", "reached")
    widths = [max(len(line[column]) for line in (heads, *ROWS)) for column in range(len(heads))]
    for line in (heads, *ROWS):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    print("\nCPU and memory are ours. Rates: more is better; seconds: less is better.")


def reached_all():
    return all(row[-1] != "NO" for row in ROWS)
