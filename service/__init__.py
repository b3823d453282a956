"""Greenroom: comments for blogs, where the doubtful ones wait before they go on stage."""

__version__ = "0.1.0"
