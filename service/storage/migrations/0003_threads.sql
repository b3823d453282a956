-- Threads move to other keys and into one another. The keys that they had go on leading to them.

-- Of a thread that went into another only its row is left, with no page, no comments and no place in any list.
ALTER TABLE threads ADD COLUMN merged_into TEXT REFERENCES threads (id);
DROP INDEX threads_list;
CREATE INDEX threads_list ON threads (site_id, id) WHERE merged_into IS NULL;

CREATE TABLE thread_aliases (
    site_id TEXT NOT NULL REFERENCES sites (id),
    lookup_key TEXT NOT NULL, -- asked only where no thread stands at this key
    thread_id TEXT NOT NULL REFERENCES threads (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (site_id, lookup_key)
);
CREATE INDEX thread_aliases_thread ON thread_aliases (thread_id);

-- With comments_page: all comments of a thread, found without one more index on what is published.
CREATE INDEX comments_unshown ON comments (thread_id, id) WHERE shown = 0;
