-- A full-text index over comments (SQLite's documents on FTS5). A comment is either in `unsearched`, waiting for it, or
-- in `searchable` and in the index. What changes anything that the index holds of it takes it out and lets it wait, in
-- the same transaction; so the index never holds what the comment does not say any more.

CREATE TABLE unsearched (
    comment_id TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE searchable (
    number INTEGER PRIMARY KEY, -- goes up in the order of the ids
    comment_id TEXT NOT NULL UNIQUE
);

-- What is looked at when the index is asked for what it holds of a row: the comments themselves, no copy.
CREATE VIEW search_content AS
SELECT s.number AS number,
    c.text AS text,
    c.status || hex(c.site_id) || ' a' || COALESCE(c.author_id, '') || ' t' || c.thread_id
        || ' r' || CAST(c.risk * 20 AS INTEGER) AS facets,
    c.author_name AS guest
FROM searchable s JOIN comments c ON c.id = s.comment_id;

CREATE VIRTUAL TABLE search USING fts5 (
    text, facets, guest,
    content = 'search_content', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TRIGGER search_coming AFTER INSERT ON comments BEGIN
    INSERT INTO unsearched (comment_id) VALUES (new.id);
END;

CREATE TRIGGER search_changing AFTER UPDATE OF status, site_id, author_id, thread_id, risk, author_name, text ON comments
WHEN (old.status, old.site_id, old.author_id, old.thread_id, old.risk, old.author_name, old.text)
    IS NOT (new.status, new.site_id, new.author_id, new.thread_id, new.risk, new.author_name, new.text)
BEGIN
    INSERT INTO search (search, rowid, text, facets, guest)
    SELECT 'delete', s.number, old.text,
        old.status || hex(old.site_id) || ' a' || COALESCE(old.author_id, '') || ' t' || old.thread_id
            || ' r' || CAST(old.risk * 20 AS INTEGER),
        old.author_name
    FROM searchable s WHERE s.comment_id = old.id;
    DELETE FROM searchable WHERE comment_id = old.id;
    INSERT OR IGNORE INTO unsearched (comment_id) VALUES (old.id);
END;

CREATE TRIGGER search_going AFTER DELETE ON comments BEGIN
    INSERT INTO search (search, rowid, text, facets, guest)
    SELECT 'delete', s.number, old.text,
        old.status || hex(old.site_id) || ' a' || COALESCE(old.author_id, '') || ' t' || old.thread_id
            || ' r' || CAST(old.risk * 20 AS INTEGER),
        old.author_name
    FROM searchable s WHERE s.comment_id = old.id;
    DELETE FROM searchable WHERE comment_id = old.id;
    DELETE FROM unsearched WHERE comment_id = old.id;
END;

INSERT INTO unsearched (comment_id) SELECT id FROM comments;
