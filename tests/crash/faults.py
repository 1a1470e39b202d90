"""What the crash tests share: which calls of the system a program makes in a folder, and how one of them is disturbed."""

import re

OPENING = "openat"
WRITING = ("write", "pwrite64", "writev", "ftruncate", "copy_file_range", "sendfile")
SYNCING = ("fsync", "fdatasync")
NAMING = ("rename", "renameat", "renameat2", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir")
CALLS = (OPENING, *WRITING, *SYNCING, *NAMING, "flock")
CAN_BE_FULL = (OPENING, *WRITING[:4], "mkdir", "mkdirat")
KILL = "SIGKILL"


def calls(trace, data):
    """Each call that touches the data folder, as (kind, path below the folder, how often so far by this thread)."""
    found, counts = [], {}
    for line in trace.read_text(errors="replace").splitlines():
        match = re.match(r"(\d+) +(\w+)\(", line)
        if not match or match[2] not in CALLS:
            continue
        path = re.search(re.escape(str(data)) + r'(/[^">]*)?', line)
        if not path:
            continue
        # strace counts for each thread by itself, and so does this.
        key = (match[1], match[2], path[1] or "")
        counts[key] = counts.get(key, 0) + 1
        found.append((match[2], path[1] or "", counts[key]))
    return sorted(set(found), key=found.index)


def spread(found, at_most):
    count = min(len(found), at_most)
    return [found[place * len(found) // count] for place in range(count)]


def strace(trace, paths, kinds, inject):
    """Counts, and disturbs, only what touches these paths: not the loader, nor other files."""
    which = [argument for path in paths for argument in ("-P", path)]
    return ["strace", "-f", "-qq", "-o", trace, *which, "-e", "trace=" + ",".join(kinds), "-e", "signal=SIGSTOP",
            "-e", f"inject={inject}"]
