"""A data zone with its custodian and recipient, as real programs: what a specification asks for is signed, extracted, given a
receipt and opened."""

import json
import re

from programs import BINARIES, PROFILE, ROLLCALL, expect, run

EXTRACT = BINARIES.parent / "extract" / PROFILE / "rollcall-extract"
CUSTODIAN = BINARIES / "examples" / "custodian"


class Zone:
    def __init__(self, work):
        self.work, self.zone, self.out = work, work / "zone", work / "out"
        self.out.mkdir()
        custodian = told(run([CUSTODIAN, "key"])).strip()
        told(run([EXTRACT, "init", "--zone", self.zone, "--name", "zone.example/extract", "--custodian", custodian]))
        self.identity = work / "recipient.key"
        self.recipient = re.search(r"age1[a-z0-9]{58}", told(run([ROLLCALL, "keygen", "--output", self.identity])))[0]
        (work / "policy").write_text(told(run([CUSTODIAN, "policy"])))

    def specification(self, specification, share):
        """The file of a specification, in its canonical form."""
        path = self.work / f"{share}.specification"
        path.write_text(canonical(specification))
        return path

    def instruct(self, specification, share, form="parquet", sequence=1):
        """The file of a signed instruction."""
        path = self.work / f"{share}-{sequence}.instruction"
        told_by = run([CUSTODIAN, "instruct", specification, self.recipient, form, share, str(sequence)])
        path.write_text(told(told_by))
        return path

    def extract(self, instruction, sources, *more):
        return run([EXTRACT, "extract", instruction, "--zone", self.zone, "--sources", sources, "--out", self.out, "--quiet",
                    *more])

    def record(self, share, sequence=1):
        """What the zone keeps of a release."""
        name = share.encode().hex()
        return json.loads((self.zone / "releases" / f"{name}-{sequence}.json").read_text())["record"]

    def receipt(self, share, sequence=1):
        """The file of the receipt."""
        path = self.work / f"{share}-{sequence}.receipt"
        manifest, key = (self.out / f"{share}-{sequence}.{end}" for end in ("manifest", "key"))
        path.write_text(told(run([CUSTODIAN, "receipt", manifest, key, self.recipient])))
        return path

    def open(self, share, receipt, to, sequence=1, package=None, identity=None):
        package = package or self.out / f"{share}-{sequence}.rollcall"
        return run([ROLLCALL, "open", package, receipt, "--identity", identity or self.identity, "--policy",
                    self.work / "policy", "--share", share, "--output", to])

    def released(self, specification, sources, share, form="parquet", sequence=1):
        """The folder of what was opened of a release, and its manifest."""
        instruction = self.instruct(self.specification(specification, share), share, form, sequence)
        told(self.extract(instruction, sources))
        opened = self.work / f"{share}-{sequence}"
        told(self.open(share, self.receipt(share, sequence), opened, sequence))
        return opened, json.loads((opened / "manifest").read_text().split("\n")[0])


def told(done):
    expect(done, 0)
    return done.stdout


def canonical(value):
    """As RFC 8785 has it, for texts and whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
