-- Editing: what stays public while an edit waits, and every text that an edit has replaced. Leaving: who is being erased.
-- Retention: a keyed hash of a guest's address, and indexes over what has only its time.

-- The text that was approved before the last edit. Readers see it while the comment is pending; in every other status
-- it is kept only so that undoing a decision brings back exactly what was.
ALTER TABLE comments ADD COLUMN public_text TEXT;
ALTER TABLE comments ADD COLUMN public_html TEXT; -- NULL: the plain rendering of public_text
ALTER TABLE comments ADD COLUMN public_edited_at BIGINT;
ALTER TABLE comments ADD COLUMN address_key TEXT; -- of guests only, and only for a time

CREATE INDEX comments_standing ON comments (site_id, id) WHERE status = 'pending' AND public_text IS NOT NULL;
CREATE INDEX comments_address ON comments (site_id, address_key, id) WHERE address_key IS NOT NULL;
CREATE INDEX comments_guests ON comments (site_id, id) WHERE address_key IS NOT NULL OR author_email IS NOT NULL;
CREATE INDEX comments_refused ON comments (site_id, id) WHERE status IN ('rejected', 'removed') AND text <> '';

CREATE TABLE revisions (
    comment_id TEXT NOT NULL REFERENCES comments (id),
    version BIGINT NOT NULL, -- of the comment when it last had this text
    site_id TEXT NOT NULL REFERENCES sites (id),
    text TEXT NOT NULL,
    html TEXT, -- NULL: the plain rendering of the text
    status TEXT NOT NULL,
    score DOUBLE PRECISION,
    verdict TEXT NOT NULL,
    reasons TEXT NOT NULL,
    model_version TEXT,
    edited_by TEXT REFERENCES members (id), -- who replaced it
    created_at BIGINT NOT NULL, -- when it was replaced
    PRIMARY KEY (comment_id, version)
);

-- Members who are leaving: a row stands from the moment the member is gone until no file holds anything of him.
CREATE TABLE erasures (
    member_id TEXT PRIMARY KEY REFERENCES members (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    started_at BIGINT NOT NULL,
    cleared_at BIGINT -- no row holds anything of him any more; what is left is the engine's
);

CREATE INDEX members_owners ON members (site_id, id) WHERE role = 'owner' AND status = 'active';
