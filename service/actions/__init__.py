"""What the service can do. A verb a file for what changes something, a noun a file for plain reads."""
