-- What is to be sent: a row is written in the unit of work of the act that causes it, and stays until it has been sent
-- or given up. It names whom and what by id; letters are composed when they are sent, from what is true by then, so that
-- no address, secret or text waits here.

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    kind TEXT NOT NULL,
    about_id TEXT NOT NULL, -- the comment, invitation, member, ... that it is about
    detail TEXT, -- JSON, where the kind needs more; never an address or a text
    recipient TEXT, -- NULL: not yet made into a row for each who is to be told; an id, or the keyed hash of an address
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    claimed_by TEXT, -- the turn of a worker that is sending it
    claimed_until BIGINT NOT NULL, -- another may take it after this, should that worker be no more
    failure TEXT, -- why the last attempt failed
    failed_at BIGINT -- given up; kept for a look
);
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE failed_at IS NULL;
CREATE INDEX outbox_claim ON outbox (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (failed_at, id) WHERE failed_at IS NOT NULL;
CREATE INDEX outbox_about ON outbox (site_id, about_id);
CREATE INDEX outbox_recipient ON outbox (site_id, recipient) WHERE recipient IS NOT NULL;

-- What was sent in the last hours, for the limits on how much anybody gets: keyed hashes of addresses.
CREATE TABLE sent_letters (
    id TEXT PRIMARY KEY,
    address_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX sent_letters_address ON sent_letters (address_hash, kind, sent_at);
CREATE INDEX sent_letters_kind ON sent_letters (kind, sent_at);
CREATE INDEX sent_letters_age ON sent_letters (sent_at);
