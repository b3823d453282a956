"""Comments of our own to train on: a grammar of spam and of honest comments, and what makes texts of it."""
