-- Mail that is owed to somebody, and for how long it was. A row without an address has had its content erased.
CREATE TABLE mail (
    id         INTEGER PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,                 -- what caused it; the same cause twice is one mail
    recipient  TEXT,
    subject    TEXT NOT NULL,                        -- composed of coded values only
    text       TEXT,
    html       TEXT,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'given-up')),
    queued     INTEGER NOT NULL,                     -- moments are seconds since the Epoch
    next       INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    settled    INTEGER,
    fault      TEXT,                                 -- the code of the last fault
    CHECK ((state = 'waiting') = (settled IS NULL)),
    CHECK ((recipient IS NULL) = (text IS NULL) AND (text IS NULL) = (html IS NULL))
) STRICT;

CREATE INDEX mail_waiting ON mail (next, id) WHERE state = 'waiting';
CREATE INDEX mail_kept ON mail (settled) WHERE settled IS NOT NULL AND text IS NOT NULL;
CREATE INDEX mail_not_gone ON mail (queued DESC) WHERE state <> 'sent' AND attempts > 0;
