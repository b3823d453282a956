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
CREATE INDEX sessions_age ON sessions (expires_at);

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
