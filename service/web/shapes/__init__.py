"""Everything that goes over the wire, a file for each noun: the bodies that we take and the answers that we give.

snake_case, string ids, RFC 3339 times, and nothing that is not for its reader. Bodies are read strictly in bodies.py.
"""
