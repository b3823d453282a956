-- Ways in: invitations, and requests to be let in.

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    code_hash TEXT, -- SHA-256 of the code; NULL: to be mailed, and its code is made when the letter is
    email TEXT, -- whoever comes by a code that was mailed here has proven this address
    name TEXT,
    role TEXT NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
    invited_by TEXT REFERENCES members (id), -- NULL: at the console
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_by TEXT REFERENCES members (id) DEFERRABLE INITIALLY DEFERRED, -- may be made in the same unit, after it
    revoked_at BIGINT
);
CREATE UNIQUE INDEX invitations_code ON invitations (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX invitations_open ON invitations (site_id, email)
    WHERE email IS NOT NULL AND used_at IS NULL AND revoked_at IS NULL; -- one for each address
CREATE INDEX invitations_list ON invitations (site_id, id);
CREATE INDEX invitations_over ON invitations (expires_at) WHERE used_at IS NULL;
CREATE INDEX invitations_inviter ON invitations (invited_by, id);

CREATE TABLE membership_requests (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    message TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT REFERENCES members (id),
    outcome TEXT CHECK (outcome IN ('accepted', 'declined'))
);
CREATE UNIQUE INDEX membership_requests_open ON membership_requests (member_id) WHERE decided_at IS NULL;
CREATE INDEX membership_requests_list ON membership_requests (site_id, id) WHERE decided_at IS NULL;
CREATE INDEX membership_requests_decided ON membership_requests (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX membership_requests_member ON membership_requests (member_id, id);

-- Those who look after a site: the last owner is looked for among them, and whom letters go to.
CREATE INDEX members_staff ON members (site_id, role, id) WHERE role <> 'member';
