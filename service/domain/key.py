"""A key: a program's standing way in, made by an owner, acting as him. Sessions and their tokens are in token.py."""

from typing import Literal

import msgspec

from service.domain.member import Member

KeyKind = Literal["api", "akismet"]
KeyScope = Literal[
    "full",  # everything its maker may do
    "comment",  # reading and writing as a member, without an owner's powers
    "read",  # reading all that its maker may read
]
API_PREFIX = "gk_"
AKISMET_DIGITS = 12  # hex, lower case: what Akismet's clients take for a key


class Key(msgspec.Struct, frozen=True):
    """What is kept of a key. Times are milliseconds UTC."""

    id: str
    hash: str
    site_id: str
    member_id: str
    member_name: str
    name: str
    kind: KeyKind
    scope: KeyScope
    last_four: str
    created_at: int
    expires_at: int | None  # None: it does not end by itself
    revoked_at: int | None
    last_used_at: int | None

    def holds(self, maker: Member | None, now_ms: int) -> bool:
        """Does the key open anything at this moment? It needs a maker who still owns the site."""
        over = self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now_ms)
        return not over and maker is not None and maker.role == "owner" and maker.standing(now_ms) == "active"
