-- Sessions of readers in the widget: a short token to speak with, and a refresh token that is good for one use and is
-- traded for the next pair. All of a session's tokens end with it.

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    origin TEXT, -- of the page that it was opened from, where that is known
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- moves on with each use
    ended_at BIGINT
);
CREATE INDEX sessions_member ON sessions (member_id, id);
CREATE INDEX sessions_age ON sessions (expires_at, id);

-- Used ones are kept, so that a second use is known for what it is.
CREATE TABLE refresh_tokens (
    hash TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_age ON refresh_tokens (created_at);

ALTER TABLE tokens ADD COLUMN session_id TEXT REFERENCES sessions (id);
CREATE INDEX tokens_session ON tokens (session_id) WHERE session_id IS NOT NULL;

-- Somebody asked for a sign-in link by mail. The row is made for every address alike; whose it is, is looked up when
-- the letter is written.
CREATE TABLE sign_in_requests (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    email TEXT NOT NULL,
    way_on TEXT NOT NULL, -- the path on our pages where he wanted to go; may be empty
    created_at BIGINT NOT NULL
);
CREATE INDEX sign_in_requests_email ON sign_in_requests (site_id, email);
CREATE INDEX sign_in_requests_age ON sign_in_requests (created_at);

-- Links that were sent to addresses of nobody yet, who may become somebody.
CREATE TABLE newcomer_links (
    hash TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX newcomer_links_email ON newcomer_links (site_id, email);
CREATE INDEX newcomer_links_age ON newcomer_links (expires_at);

-- One-time codes that our popup hands to the widget, which trades them for a session (PKCE, RFC 7636).
CREATE TABLE codes (
    id TEXT PRIMARY KEY, -- the hash by which it is found: of a long code itself; of a short one's challenge
    hash TEXT NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    origin TEXT NOT NULL,
    challenge TEXT NOT NULL,
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX codes_member ON codes (member_id);
CREATE INDEX codes_age ON codes (expires_at);
