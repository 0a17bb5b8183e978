-- Runs once, when the volume is empty.
CREATE TABLE notes (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text text NOT NULL
);

INSERT INTO notes (text) VALUES ('written by the init script');
