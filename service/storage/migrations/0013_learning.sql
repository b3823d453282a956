-- What a site's model learns from, the trainings, what came of them, and which model is in service.

-- With the label stays what its author gave beside the text, as it was submitted.
ALTER TABLE labels ADD COLUMN author_name TEXT;
ALTER TABLE labels ADD COLUMN author_url TEXT;
ALTER TABLE labels ADD COLUMN contested SMALLINT NOT NULL DEFAULT 0; -- 1: another moderator has said the opposite
CREATE INDEX labels_age ON labels (site_id, created_at);

CREATE TABLE trainings (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    kind TEXT NOT NULL CHECK (kind IN ('refit', 'full')),
    cause TEXT NOT NULL CHECK (cause IN ('request', 'decisions', 'schedule')),
    asked_by TEXT REFERENCES members (id), -- NULL: the service itself, or somebody at the console
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    step TEXT NOT NULL, -- what it is doing, in words
    progress DOUBLE PRECISION NOT NULL, -- 0 to 1
    labels BIGINT NOT NULL, -- how many it reads
    version TEXT, -- the model that came of it
    outcome TEXT CHECK (outcome IN ('promoted', 'refused')),
    reason TEXT, -- of the outcome, or of the failure, in words
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL, -- when its process last said that it lives
    finished_at BIGINT
);
CREATE UNIQUE INDEX trainings_running ON trainings (site_id) WHERE finished_at IS NULL; -- one at a time
CREATE INDEX trainings_list ON trainings (site_id, id);
CREATE INDEX trainings_kind ON trainings (site_id, kind, id) WHERE state <> 'failed';

CREATE TABLE models (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES sites (id),
    version TEXT NOT NULL,
    training_id TEXT NOT NULL REFERENCES trainings (id),
    manifest_sha256 TEXT NOT NULL, -- what is on the disk must have it
    outcome TEXT NOT NULL CHECK (outcome IN ('promoted', 'refused')),
    reason TEXT NOT NULL,
    labels_until BIGINT NOT NULL, -- it has seen no label that is younger
    card TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    dropped_at BIGINT, -- its files are gone
    UNIQUE (site_id, version)
);
CREATE INDEX models_list ON models (site_id, id);

-- How models came into service on a site. Rows are added and never changed.
CREATE TABLE promotions (
    site_id TEXT NOT NULL REFERENCES sites (id),
    number BIGINT NOT NULL,
    version TEXT NOT NULL,
    previous TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('automatic', 'promote', 'rollback')),
    actor_id TEXT REFERENCES members (id), -- NULL: the gate, or somebody at the console
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, number)
);

-- Which model serves a site now; a site without a row is served by the shipped one.
CREATE TABLE models_in_service (
    site_id TEXT PRIMARY KEY REFERENCES sites (id),
    version TEXT NOT NULL,
    number BIGINT NOT NULL -- of the promotion
);

-- What a model says of labelled comments that it has not seen: of those it was trained on, by a model made without them.
CREATE TABLE unseen_scores (
    model_id TEXT NOT NULL REFERENCES models (id),
    comment_id TEXT NOT NULL REFERENCES comments (id),
    score DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (model_id, comment_id)
);
CREATE INDEX unseen_scores_comment ON unseen_scores (comment_id);

-- The cuts on the score that were set from a site's own history, because its owner asked for it.
CREATE TABLE own_thresholds (
    site_id TEXT PRIMARY KEY REFERENCES sites (id),
    version TEXT NOT NULL, -- of the model whose scores they cut
    one_in BIGINT NOT NULL, -- what the owner asked for
    hold_at DOUBLE PRECISION NOT NULL,
    spam_at DOUBLE PRECISION NOT NULL,
    basis TEXT NOT NULL, -- JSON: how many honest comments, how many above, how sure
    created_at BIGINT NOT NULL
);
