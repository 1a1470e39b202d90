"""One byte is changed at each layer of a release, and whichever program reads that layer refuses it in plain words."""

import json
import sys
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from programs import run


def changed(content, at):
    """The content with one bit of one byte changed."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]


@contextmanager
def altered(path, at):
    """The file with a changed byte, for a while."""
    content = path.read_bytes()
    path.write_bytes(changed(content, at))
    try:
        yield path
    finally:
        path.write_bytes(content)


def spread(first, end, count):
    """So many places of a range."""
    return sorted({first + (end - first - 1) * one // max(1, count - 1) for one in range(count)})


def refused(done, codes, *words):
    """That a program stopped with one of these codes, and said one of these things, which is no crash."""
    said = done.stdout + done.stderr
    assert done.returncode in codes, f"{done.args} ended with {done.returncode}, expected {codes}: {said}"
    assert any(word in said for word in words) and "panicked" not in said, f"{done.args}: {said}"


def instruction(path, extract):
    """Before it is carried out: `extract` gives what comes of a file."""
    content = path.read_bytes()
    end = content.index(b"\n")
    for at in [*spread(0, end, 6), *spread(end + 1, len(content), 4)]:
        with altered(path, at):
            refused(extract(path), [1], "the instruction")


def package(path, opening):
    content = path.read_bytes()
    header = content.index(b"-> X25519 ")
    sealed = content.index(b"\n---") + 50
    layers = [
        # What it begins with; the age header, in which the file's key is sealed; its payload, from the first byte to the last.
        (spread(0, len(b"rollcall-package/v1"), 3), [19], ["this is not a package"]),
        (spread(header + 10, header + 90, 4), [17, 20], ["another package", "altered or is not whole"]),
        (spread(sealed, len(content), 6), [17, 20], ["another package", "altered or is not whole"]),
    ]
    for places, codes, words in layers:
        for at in places:
            with altered(path, at):
                refused(opening(), codes, *words)
    with altered(path, len(content) // 2):
        refused(opening(), [20], "the package was altered or is not whole")


def receipt(path, opening):
    """Every member of it: key, manifest, proof with its checkpoint, statement."""
    content = path.read_bytes()
    members = {
        "key": ([11, 16, 17], ["receipt cannot be read", "made out to somebody else", "belongs to another package"]),
        "manifest": ([11, 14, 18], ["receipt cannot be read", "releases something else", "another manifest"]),
        "proof": ([11, 12, 13], ["receipt cannot be read", "proof does not hold", "not good enough for the policy"]),
        "statement": ([11, 12], ["receipt cannot be read", "proof does not hold"]),
    }
    assert set(json.loads(content)) == {*members, "v"}
    for name, (codes, words) in members.items():
        first = content.index(f'"{name}":"'.encode()) + len(name) + 4
        end = min((place for place in (content.find(f'","{other}":'.encode(), first) for other in [*members, "v"]) if place > 0))
        for at in spread(first, end, 8):
            with altered(path, at):
                refused(opening(), codes, *words)
    # The root in the checkpoint that the proof leads to, and the signature under it.
    text = json.loads(content)["proof"]
    root, signature = text.split("\n\n")[1].split("\n")[2][:20], text.rsplit("— ", 1)[1].split(" ")[1][10:30]
    for part in (root, signature):
        with altered(path, content.index(part.encode()) + 4):
            refused(opening(), [12, 13], "proof does not hold", "not good enough for the policy")


def zone(folder, again, subject):
    """What the zone keeps: `again` carries the same instruction out once more, `subject` asks for somebody."""
    record = next((folder / "releases").glob("*.json"))
    for at in spread(0, record.stat().st_size, 12):
        with altered(record, at):
            refused(again(), [1], "expected the record of a release, as the extract wrote it")
    membership = folder / "membership"
    state, release = membership / "state.json", next(membership.glob("release-*"))
    text = release.read_bytes().rindex(b'{"share"')
    for path, places in [(state, spread(0, state.stat().st_size, 12)),
                         (release, [*spread(0, 72, 8), *spread(text, release.stat().st_size, 8)])]:
        for at in places:
            with altered(path, at):
                refused(subject(), [1], "expected")
