-- The first schema. One text for SQLite and PostgreSQL: ids are text made by the service and sort by time,
-- times are milliseconds UTC, flags are 0 or 1, JSON is text.

CREATE TABLE heartbeat (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);

CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE members (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL, -- what look-alikes of the name share, so that nobody passes for another
    email TEXT,
    role TEXT NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'suspended', 'banned', 'left')),
    suspended_until BIGINT,
    approved_count BIGINT NOT NULL,
    rejected_count BIGINT NOT NULL,
    spam_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (site_id, name_key)
);
CREATE UNIQUE INDEX members_email ON members (site_id, email) WHERE email IS NOT NULL;
CREATE INDEX members_list ON members (site_id, id);

-- A token is kept as its SHA-256; the token itself is shown once.
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    scope TEXT NOT NULL CHECK (scope IN ('full', 'comment', 'page', 'sign_in')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_member ON tokens (member_id);

CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    key TEXT NOT NULL,
    lookup_key TEXT NOT NULL, -- the key without its trailing slash: what two spellings of a page share
    url TEXT,
    title TEXT,
    state TEXT CHECK (state IN ('open', 'closed', 'hidden')),
    moderation TEXT CHECK (moderation IN ('always', 'sometimes', 'model', 'never')),
    published_at BIGINT,
    created_at BIGINT NOT NULL,
    count BIGINT NOT NULL, -- approved comments, kept up by every unit that changes one
    version BIGINT NOT NULL,
    UNIQUE (site_id, lookup_key)
);
CREATE INDEX threads_list ON threads (site_id, id);

CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    thread_id TEXT NOT NULL REFERENCES threads (id),
    parent_id TEXT REFERENCES comments (id),
    author_id TEXT REFERENCES members (id), -- NULL: a guest
    author_name TEXT, -- of guests only; a member's name stands with the member
    author_email TEXT,
    author_url TEXT,
    text TEXT NOT NULL,
    html TEXT, -- NULL: the plain rendering of the text, which needs no second copy of it
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'spam', 'removed')),
    shown SMALLINT NOT NULL, -- 1: stands on the page: approved, or removed while a reply of its own is shown
    score DOUBLE PRECISION,
    risk DOUBLE PRECISION NOT NULL, -- the score to sort by; 0.5 where there is none
    doubt DOUBLE PRECISION NOT NULL, -- how near the risk is to one half: 0 is the most uncertain
    verdict TEXT NOT NULL CHECK (verdict IN ('ham', 'unsure', 'spam')),
    reasons TEXT NOT NULL,
    model_version TEXT,
    repeat_key BIGINT NOT NULL,
    removed_from TEXT,
    removed_by TEXT,
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX comments_page ON comments (thread_id, id) WHERE shown = 1;
CREATE INDEX comments_status ON comments (site_id, status, id);
CREATE INDEX comments_risk ON comments (site_id, status, risk, id) WHERE status <> 'approved';
CREATE INDEX comments_doubt ON comments (site_id, status, doubt, id) WHERE status <> 'approved';
CREATE INDEX comments_author ON comments (author_id, id);
CREATE INDEX comments_waiting ON comments (author_id, thread_id, id) WHERE status IN ('pending', 'spam');
CREATE INDEX comments_repeat ON comments (author_id, repeat_key);
CREATE INDEX comments_replies ON comments (parent_id, id) WHERE parent_id IS NOT NULL;

-- The numbers on the queue's tabs, kept up by every unit that changes one.
CREATE TABLE status_counts (
    site_id TEXT NOT NULL REFERENCES sites (id),
    status TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (site_id, status)
);

-- The log: rows are added and never changed.
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    decision_id TEXT NOT NULL, -- shared by what was decided in one call
    site_id TEXT NOT NULL REFERENCES sites (id),
    comment_id TEXT NOT NULL REFERENCES comments (id),
    thread_id TEXT NOT NULL REFERENCES threads (id),
    actor_id TEXT REFERENCES members (id),
    action TEXT NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    from_label TEXT,
    to_label TEXT,
    reason TEXT,
    version BIGINT NOT NULL, -- of the comment, after
    undoes TEXT REFERENCES decisions (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX decisions_log ON decisions (site_id, id);
CREATE INDEX decisions_actor ON decisions (site_id, actor_id, id);
CREATE INDEX decisions_action ON decisions (site_id, action, id);
CREATE INDEX decisions_thread ON decisions (thread_id, id);
CREATE INDEX decisions_comment ON decisions (comment_id, id);
CREATE INDEX decisions_call ON decisions (decision_id, id);

-- What a comment teaches the model: at most one label a comment, by the newest decision that gave one.
CREATE TABLE labels (
    comment_id TEXT PRIMARY KEY REFERENCES comments (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    label TEXT NOT NULL CHECK (label IN ('ham', 'spam')),
    source TEXT NOT NULL,
    member_id TEXT REFERENCES members (id), -- who says so
    created_at BIGINT NOT NULL
);
CREATE INDEX labels_list ON labels (site_id, comment_id);

-- Answers to calls that carried an Idempotency-Key, kept for 24 hours.
CREATE TABLE replays (
    site_id TEXT NOT NULL REFERENCES sites (id),
    owner TEXT NOT NULL, -- the member's id, or the hash of a guest's address
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    location TEXT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, owner, key)
);
CREATE INDEX replays_age ON replays (created_at);
