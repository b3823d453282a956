-- Who is told by mail of new comments on a page: only after he has said so by the link in a mail to that address.

CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    thread_id TEXT NOT NULL REFERENCES threads (id),
    member_id TEXT REFERENCES members (id), -- NULL: a guest
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    asked_at BIGINT NOT NULL, -- when the last mail was queued that asks for the confirmation
    confirmed_at BIGINT,
    ended_at BIGINT,
    UNIQUE (thread_id, email)
);
CREATE INDEX subscriptions_told ON subscriptions (thread_id, id) WHERE confirmed_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX subscriptions_member ON subscriptions (member_id, id) WHERE member_id IS NOT NULL;
CREATE INDEX subscriptions_email ON subscriptions (site_id, email);
CREATE INDEX subscriptions_unconfirmed ON subscriptions (asked_at) WHERE confirmed_at IS NULL;
CREATE INDEX subscriptions_ended ON subscriptions (ended_at) WHERE ended_at IS NOT NULL;

-- Addresses, as keyed hashes, that want no more letters of a kind from a site.
CREATE TABLE mail_stops (
    site_id TEXT NOT NULL REFERENCES sites (id),
    address_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, address_hash, kind)
);
