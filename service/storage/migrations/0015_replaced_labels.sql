-- Whose the label was that a decision replaced, so that taking the decision back gives it back whole. NULL: there was none.

ALTER TABLE decisions ADD COLUMN label_source TEXT;
ALTER TABLE decisions ADD COLUMN label_member_id TEXT REFERENCES members (id);
ALTER TABLE decisions ADD COLUMN label_created_at BIGINT;
ALTER TABLE decisions ADD COLUMN label_contested SMALLINT;
