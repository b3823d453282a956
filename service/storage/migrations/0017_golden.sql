-- When a label was put aside for judging models by: nothing has been trained on it since. NULL: it teaches.

ALTER TABLE labels ADD COLUMN golden_at BIGINT;
CREATE INDEX labels_golden ON labels (site_id, comment_id) WHERE golden_at IS NOT NULL;
