
-- The same words as in 0010, taken out in a hundredth of the time: translate() compares each letter with each sign.
-- The old index goes at once: no version that was released looks for it.
CREATE INDEX comments_words_2 ON comments USING gin (to_tsvector('simple', regexp_replace(text,
    '[][!"#$%&''()*+,./:;<=>?@\\^_`{|}~“”„‘’«»–—…¿¡·•、。！？-]', ' ', 'g')));
DROP INDEX comments_words;
ALTER INDEX comments_words_2 RENAME TO comments_words;
