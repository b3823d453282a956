"""A subscription: an address that asked to be told of new comments on a page. It says nothing until it is confirmed."""

import msgspec


class Subscription(msgspec.Struct, frozen=True):
    """Times are milliseconds UTC."""

    id: str
    site_id: str
    thread_id: str
    member_id: str | None  # None: a guest
    email: str
    created_at: int
    asked_at: int
    confirmed_at: int | None = None
    ended_at: int | None = None

    @property
    def holds(self) -> bool:
        """Is the address to be told?"""
        return self.confirmed_at is not None and self.ended_at is None
