"""A register of 100,000 releases, made up, and a site that serves it."""

import contextlib
import csv
import os
import re
import subprocess
from pathlib import Path

from measure import SERVER

RELEASES, SHARES = 100_000, 4_000


def write_edition(path):
    """4,000 shares of 25 releases each; nine columns keep it under the limit of a million cells."""
    headers = ("share", "recipient", "start", "title", "purpose", "datasets", "release", "released", "people")
    subjects = ("attainment", "absence", "exclusions", "early years", "destinations", "special needs")
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(headers)
        for share in range(SHARES):
            subject = subjects[share % len(subjects)]
            title = f"Study {share}: {subject} of pupils after moving school"
            purpose = (f"The project asks how {subject} changes for pupils who move school in year {share % 11 + 1}, and "
                       "whether support in the first term makes a difference. Results are published as tables in which "
                       "no pupil can be recognised. ") * (1 + share % 4)
            for release in range(RELEASES // SHARES):
                texts = (title, purpose) if release == 0 else ("", "")
                released = f"{2012 + release % 12}-{share % 12 + 1:02}-{release % 28 + 1:02}"
                out.writerow((f"DR{share:06}", f"University No. {share % 400}", "2012-01-01", *texts,
                              f"{subject.capitalize()};Census", f"DR{share:06}-{release}", released,
                              1000 + 7 * share + release))


class Server:
    """A server that runs, and what it has cost so far."""

    def __init__(self, process):
        self.place = Path("/proc") / str(process.pid)

    def cpu(self):
        fields = (self.place / "stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak(self):
        return self._memory("VmHWM")

    def now(self):
        return self._memory("VmRSS")

    def _memory(self, name):
        return int(re.search(rf"{name}:\s+(\d+)", (self.place / "status").read_text())[1]) / 1024


@contextlib.contextmanager
def serving(data):
    """The address of a server of this folder, and the server."""
    with subprocess.Popen([SERVER, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline().strip().rpartition("http://")[2], Server(process)
        finally:
            process.terminate()
