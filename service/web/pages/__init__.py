"""Pages that the service renders itself: reading, posting, signing in without JavaScript. The desk is next door."""
