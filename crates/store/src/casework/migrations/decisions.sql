-- What decisions rest on and what was signed. Rows are added and never changed. Digests are 32 bytes.

-- The documents that a decision's statement commits to, with the salt that opens each.
CREATE TABLE evidence (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32),   -- of salt and document, as the statement carries it
  reference TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 32),
  content BLOB,                                          -- nothing where it is a file that somebody gave
  file BLOB CHECK (length(file) = 32),                   -- SHA-256 of that file
  kept_at INTEGER NOT NULL,
  CHECK ((content IS NULL) <> (file IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_reference ON evidence (reference);

-- The very bytes of each agreement that was laid ready.
CREATE TABLE agreement (
  reference TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),      -- SHA-256 of the bytes
  media_type TEXT NOT NULL,
  bytes BLOB NOT NULL,
  paper TEXT NOT NULL CHECK (json_valid(paper)),         -- what it was set from
  kept_at INTEGER NOT NULL,
  PRIMARY KEY (reference, digest)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence BEGIN SELECT raise(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER agreement_stays BEFORE UPDATE ON agreement BEGIN SELECT raise(ABORT, 'agreements are never changed'); END;
