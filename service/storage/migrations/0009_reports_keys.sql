-- Readers' complaints about published comments, and keys for programs.

CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    comment_id TEXT NOT NULL REFERENCES comments (id),
    reporter_id TEXT REFERENCES members (id), -- NULL: a visitor
    reporter_key TEXT, -- of visitors only: a keyed hash of address and comment, forgotten with time
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT, -- NULL: open
    outcome TEXT -- what was done about it
);
-- One open report for each reporter and comment.
CREATE UNIQUE INDEX reports_member ON reports (comment_id, reporter_id)
    WHERE resolved_at IS NULL AND reporter_id IS NOT NULL;
CREATE UNIQUE INDEX reports_visitor ON reports (comment_id, reporter_key)
    WHERE resolved_at IS NULL AND reporter_key IS NOT NULL;
CREATE INDEX reports_open ON reports (comment_id, id) WHERE resolved_at IS NULL;
CREATE INDEX reports_of_member ON reports (reporter_id, id) WHERE reporter_id IS NOT NULL;
CREATE INDEX reports_age ON reports (site_id, created_at) WHERE reporter_key IS NOT NULL;

-- The comments that have open reports, by their first one: the queue's tab is read, and counted, from here.
CREATE TABLE reported (
    comment_id TEXT PRIMARY KEY REFERENCES comments (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    first_report_id TEXT NOT NULL REFERENCES reports (id)
);
CREATE INDEX reported_list ON reported (site_id, first_report_id);

INSERT INTO status_counts (site_id, status, count) SELECT id, 'reported', 0 FROM sites;

-- A key is kept as a hash (of the short Akismet kind: a keyed one); the key itself is shown once.
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    site_id TEXT NOT NULL REFERENCES sites (id),
    member_id TEXT NOT NULL REFERENCES members (id), -- who made it, and as whom it acts
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('api', 'akismet')),
    scope TEXT NOT NULL CHECK (scope IN ('full', 'comment', 'read')),
    last_four TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT, -- NULL: never
    revoked_at BIGINT,
    last_used_at BIGINT -- to the hour
);
CREATE INDEX keys_list ON keys (site_id, id) WHERE revoked_at IS NULL;
CREATE INDEX keys_member ON keys (member_id, id);

