"""What a way of sending has to offer, and how it says that it could not."""

from email.message import EmailMessage
from typing import Protocol


class NotSent(Exception):
    """Base: the message was not taken. The text says why, without addresses; it is kept and logged."""


class TryLater(NotSent):
    """Not taken for now."""


class ServerDown(TryLater):
    """Nothing can be sent just now, to anybody."""


class GivenUp(NotSent):
    """It will not be taken, however often it is tried."""


class Transport(Protocol):
    """A way of sending."""

    async def send(self, message: EmailMessage, sender: str, to: str) -> None:
        """Hands the message over, for good, before it returns. Raises TryLater, ServerDown, GivenUp."""
        ...

    async def rest(self) -> None:
        """Nothing more for now: lets go of a connection."""
        ...
