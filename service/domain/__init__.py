"""The rules: nouns, verdict, moderation, errors. Pure: no await, no clock, no files, nothing of ours imported."""
