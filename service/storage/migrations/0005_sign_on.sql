-- How others vouch for a site's people: what the owner has set, who is known by which name elsewhere, and what is good
-- for one use only.

CREATE TABLE sign_on (
    site_id TEXT PRIMARY KEY REFERENCES sites (id),
    kind TEXT NOT NULL CHECK (kind IN ('off', 'hs256', 'jwks', 'oidc')),
    issuer TEXT NOT NULL,
    jwks_url TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL, -- encrypted with a key that is not in the database
    roles SMALLINT NOT NULL,
    vouches SMALLINT NOT NULL,
    generation BIGINT NOT NULL, -- of the shared secret, which is derived and stored nowhere
    rotated_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE identities (
    site_id TEXT NOT NULL REFERENCES sites (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL, -- as last told, which may be another member's here
    gave TEXT NOT NULL CHECK (gave IN ('no', 'member', 'moderator')),
    told_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, issuer, subject)
);
CREATE INDEX identities_member ON identities (member_id);

-- Ids of tokens that were used, as hashes, until the tokens would have expired.
CREATE TABLE used_jtis (
    site_id TEXT NOT NULL REFERENCES sites (id),
    jti TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, jti)
);
CREATE INDEX used_jtis_age ON used_jtis (expires_at);

-- Browsers that were sent to a provider and are not back yet.
CREATE TABLE sign_in_attempts (
    state_hash TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    site_id TEXT NOT NULL REFERENCES sites (id),
    issuer TEXT NOT NULL,
    to_path TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_age ON sign_in_attempts (expires_at);
