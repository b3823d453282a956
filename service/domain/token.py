"""A token: what its bearer may do, on which site, as which member, until when."""

from typing import Literal

import msgspec

Scope = Literal[
    "full",  # everything its member may do
    "comment",  # reading and writing as a member, whatever his role
    "page",  # a session on our own pages, kept in a cookie
    "sign_in",  # a one-time link that is traded for a session
]


class Token(msgspec.Struct, frozen=True):
    """What is kept of a token. Times are milliseconds UTC."""

    hash: str
    site_id: str
    member_id: str
    scope: Scope
    created_at: int
    expires_at: int
    revoked_at: int | None = None
    session_id: str | None = None  # the session of the widget that it ends with
