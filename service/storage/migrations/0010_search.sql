-- Searching for words. How it is done stands in the files beside this one, for each engine.

-- What is published and was doubtful is rare: searching by a high score need not look through all that is published.
CREATE INDEX comments_doubtful ON comments (site_id, id) WHERE status = 'approved' AND risk >= 0.5;
