-- Files that people gave. The bytes lie beside the database, sealed under a key of their own; the key is here, wrapped.
CREATE TABLE document (
    id       INTEGER PRIMARY KEY,
    holder   TEXT NOT NULL,            -- the case that it belongs to
    digest   TEXT NOT NULL,            -- SHA-256 of the content, in hexadecimal
    name     TEXT NOT NULL,            -- as it was given, cleaned; never a path
    kind     TEXT NOT NULL,
    size     INTEGER NOT NULL,         -- bytes of the content
    file     TEXT NOT NULL UNIQUE,     -- random, so that equal files do not show
    key      TEXT NOT NULL,            -- which master key wraps
    wrapped  BLOB NOT NULL,
    given    INTEGER NOT NULL,         -- seconds since the Epoch
    UNIQUE (holder, digest)
) STRICT;
