-- Published comments that were picked at random for a look, so that spam which nobody held can be measured.

CREATE TABLE audits (
    comment_id TEXT PRIMARY KEY REFERENCES comments (id),
    site_id TEXT NOT NULL REFERENCES sites (id),
    drawn_at BIGINT NOT NULL,
    looked_at BIGINT, -- NULL: waits
    outcome TEXT CHECK (outcome IN ('ham', 'spam', 'other', 'gone')) -- gone: it left the page before anybody looked
);
CREATE INDEX audits_waiting ON audits (site_id, comment_id) WHERE looked_at IS NULL;
CREATE INDEX audits_looked ON audits (site_id, looked_at) WHERE looked_at IS NOT NULL;

INSERT INTO status_counts (site_id, status, count) SELECT id, 'audit', 0 FROM sites;
