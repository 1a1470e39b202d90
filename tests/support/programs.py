"""Our programs as they were built, for tests that run them."""

import os
import subprocess
from pathlib import Path

PROFILE = os.environ.get("PROFILE", "release")
REPOSITORY = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")).resolve() / PROFILE
SERVER, ROLLCALL = BINARIES / "rollcall-server", BINARIES / "rollcall"
# No run takes a second; this only ends a hang.
PATIENCE = 60


def run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def expect(done, code):
    assert done.returncode == code, f"{done.args} ended with {done.returncode}: {done.stderr}"
