-- Cases: their events, what queues show of them, and the statements that they owe the public. Times are seconds since 1970
-- in UTC, dates are texts such as 2026-11-24.

-- What happened. Rows are added and never changed.
CREATE TABLE event (
  reference TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq > 0),
  at INTEGER NOT NULL,
  person INTEGER,
  body TEXT NOT NULL,
  PRIMARY KEY (reference, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'events are never changed'); END;

-- A row for each case, folded from its events in the transaction that adds one.
CREATE TABLE standing (
  reference TEXT PRIMARY KEY,
  organisation INTEGER NOT NULL,
  title TEXT,
  stage TEXT NOT NULL,
  turn TEXT,
  since INTEGER NOT NULL,
  due TEXT,
  officer INTEGER,
  submitted INTEGER,
  outcome TEXT,
  seq INTEGER NOT NULL
) STRICT;
CREATE INDEX standing_queue ON standing (stage, since);
CREATE INDEX standing_due ON standing (due) WHERE due IS NOT NULL;
CREATE INDEX standing_organisation ON standing (organisation, since);
CREATE INDEX standing_officer ON standing (officer, stage);

-- Reviewers who were asked, so that each finds theirs.
CREATE TABLE standing_reviewer (
  person INTEGER NOT NULL,
  reference TEXT NOT NULL,
  done INTEGER NOT NULL,
  PRIMARY KEY (person, reference)
) STRICT, WITHOUT ROWID;

-- People who stand too near to a case to see it.
CREATE TABLE standing_conflicted (
  person INTEGER NOT NULL,
  reference TEXT NOT NULL,
  PRIMARY KEY (person, reference)
) STRICT, WITHOUT ROWID;

-- Statements that are owed to the public, in the order in which they are owed. They are written with the event that owes
-- them, and stay until they stand in the log.
CREATE TABLE owed (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  reference TEXT NOT NULL,
  seq INTEGER NOT NULL,
  leaf BLOB NOT NULL,
  public TEXT NOT NULL,
  withheld TEXT NOT NULL,
  refused TEXT
) STRICT;
