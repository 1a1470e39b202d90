-- People, organisations, sign-in. Times are seconds since 1970 in UTC. Passwords are argon2id in the PHC string form; of
-- links, sessions and devices only the SHA-256 of a random token is kept.

CREATE TABLE organisation (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  named_at INTEGER NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

-- Every name that an organisation had, with the time until which it had it.
CREATE TABLE organisation_former_name (
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (organisation, until, name)
) STRICT;

CREATE TABLE organisation_identifier (
  scheme TEXT NOT NULL CHECK (scheme IN ('company-number', 'ico-registration', 'urn')),
  value TEXT NOT NULL,
  organisation INTEGER NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (scheme, value),
  UNIQUE (organisation, scheme)
) STRICT;

CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  -- The address in lower case: two that differ in case only are one.
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
  password TEXT,
  second_factor BLOB,
  -- The last time step whose code was taken: no code is taken twice.
  second_factor_step INTEGER NOT NULL DEFAULT 0,
  made_at INTEGER NOT NULL
) STRICT;

-- A role for the custodian has no organisation.
CREATE TABLE person_role (
  person INTEGER NOT NULL REFERENCES person (id),
  role TEXT NOT NULL,
  organisation INTEGER REFERENCES organisation (id),
  since INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX person_role_once ON person_role (person, role, ifnull(organisation, 0));
CREATE INDEX person_role_organisation ON person_role (organisation);
CREATE INDEX person_role_role ON person_role (role);

CREATE TABLE person_link (
  token BLOB PRIMARY KEY,
  person INTEGER NOT NULL REFERENCES person (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'reset')),
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX person_link_person ON person_link (person);

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token BLOB NOT NULL UNIQUE,
  person INTEGER NOT NULL REFERENCES person (id),
  -- 'password' until the second factor is given, where one is needed; then 'whole'.
  stage TEXT NOT NULL CHECK (stage IN ('password', 'whole')),
  second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
  wrong_codes INTEGER NOT NULL DEFAULT 0,
  -- A secret that is being enrolled and has not been proved yet.
  enrolling BLOB,
  began_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person);

-- Browsers in which a person has signed in before.
CREATE TABLE device (
  token BLOB PRIMARY KEY,
  person INTEGER NOT NULL REFERENCES person (id),
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX device_person ON device (person);

-- Whoever another provider says that somebody is.
CREATE TABLE openid_identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person INTEGER NOT NULL REFERENCES person (id),
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX openid_identity_person ON openid_identity (person);

-- A sign-in that is under way at another provider.
CREATE TABLE openid_attempt (
  state BLOB PRIMARY KEY,
  -- The browser that began it.
  browser BLOB NOT NULL,
  nonce TEXT NOT NULL,
  verifier TEXT NOT NULL,
  next TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- What happened to accounts. It grows and never changes.
CREATE TABLE account_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  -- Who did it; nothing where it was a command on the server or nobody who had signed in.
  actor INTEGER REFERENCES person (id),
  person INTEGER REFERENCES person (id),
  organisation INTEGER REFERENCES organisation (id),
  kind TEXT NOT NULL,
  -- Codes of roles, schemes and the like as JSON; never an address, a name or a secret.
  detail TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail))
) STRICT;
CREATE INDEX account_event_person ON account_event (person);
CREATE INDEX account_event_organisation ON account_event (organisation);
CREATE TRIGGER account_event_stays BEFORE UPDATE ON account_event
BEGIN SELECT raise(ABORT, 'the record of account events is only added to'); END;
CREATE TRIGGER account_event_is_kept BEFORE DELETE ON account_event
BEGIN SELECT raise(ABORT, 'the record of account events is only added to'); END;
