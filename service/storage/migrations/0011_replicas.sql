-- Several processes on one database.

-- What one process at a time may do, until when (milliseconds UTC) unless it is prolonged.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- What each process has let pass of what is limited, told to the others about once a second; forgotten after an hour.
CREATE TABLE spending (
    id TEXT PRIMARY KEY,
    process TEXT NOT NULL,
    spent TEXT NOT NULL -- JSON: limits and how much, with keyed hashes of whose they are
);

-- By what the processes know that they have the same secret.
CREATE TABLE installation (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    secret_check TEXT NOT NULL
);
