"""The widget for readers, on foreign pages: ES modules, a style sheet and languages, served by files.py as they are."""
