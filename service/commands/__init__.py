"""The command line, a file for each noun or verb of it."""
