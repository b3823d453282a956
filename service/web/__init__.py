"""Knows HTTP; nothing below does. The URL table is routes.py."""
