-- Which comments stand published while an edit of theirs waits: found by this index also where 100,000 others wait. (By
-- site and id alone SQLite took the index over the status instead, which has one column more to go by.)
DROP INDEX comments_standing;
CREATE INDEX comments_standing ON comments (site_id, status, id) WHERE status = 'pending' AND public_text IS NOT NULL;
