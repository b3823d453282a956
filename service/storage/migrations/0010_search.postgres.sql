-- The engine keeps these itself. Punctuation is taken out first, so that addresses fall into the same words as on SQLite.
CREATE INDEX comments_words ON comments USING gin (to_tsvector('simple', translate(text,
    '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~“”„‘’«»–—…¿¡·•、。！？', repeat(' ', 50))));
CREATE INDEX comments_guest_names ON comments USING gin (to_tsvector('simple', author_name))
    WHERE author_name IS NOT NULL;
