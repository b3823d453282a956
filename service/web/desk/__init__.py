"""The moderators' pages: the queue with all that a decision needs, and the forms that decide. Plain HTML."""
