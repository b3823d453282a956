-- What is to be sent: a row is written in the unit of work of the act that causes it, and stays until it has been sent
-- or given up. It names whom and what by id; letters are composed when they are sent, from what is true by then, so that
-- no address, secret or text waits here.

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    kind TEXT NOT NULL,
    about_id TEXT NOT NULL, -- the comment, invitation, member, ... that it is about
    detail TEXT, -- JSON, where the kind needs more; never an address or a text
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    failure TEXT -- why the last attempt failed
);
CREATE INDEX outbox_due ON outbox (due_at, id);
CREATE INDEX outbox_about ON outbox (site_id, about_id);
