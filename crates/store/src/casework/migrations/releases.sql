-- What passes between casework and the data zone. Rows are added and never changed. Digests are 32 bytes.

-- Instructions as they were signed.
CREATE TABLE instruction (
  reference TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),      -- SHA-256 of its line of JSON, as the event has it
  file BLOB NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (reference, digest)
) STRICT, WITHOUT ROWID;

-- Manifests as the engine signed them, each with the key of its package, sealed to the custodian's release key.
CREATE TABLE manifest (
  reference TEXT NOT NULL,
  seq INTEGER NOT NULL,                                  -- the place of the event that handed it in
  digest BLOB NOT NULL CHECK (length(digest) = 32),      -- SHA-256 of its line of JSON
  file BLOB NOT NULL,
  sealed_key TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (reference, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER instruction_stays BEFORE UPDATE ON instruction
BEGIN SELECT raise(ABORT, 'instructions are never changed'); END;
CREATE TRIGGER manifest_stays BEFORE UPDATE ON manifest BEGIN SELECT raise(ABORT, 'manifests are never changed'); END;
