-- Notes that callers write on flights.

CREATE TABLE notes (
  id         INTEGER PRIMARY KEY,
  flight_id  INTEGER NOT NULL REFERENCES flights (id),
  text       TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 500),
  written_at TEXT NOT NULL
) STRICT;

CREATE INDEX notes_by_flight ON notes (flight_id);
