-- A version that an owner does not want to serve: who said so, when and why. NULL: nobody did.

ALTER TABLE models ADD COLUMN refused_at BIGINT;
ALTER TABLE models ADD COLUMN refused_by TEXT REFERENCES members (id);
ALTER TABLE models ADD COLUMN refusal TEXT;
