"""Where there is no mail server: letters are printed, one block each, for the person who tries the service out."""

from collections.abc import Callable
from email.message import EmailMessage

_RULE = "-" * 72


class Console:
    """A Transport that prints."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    async def send(self, message: EmailMessage, sender: str, to: str) -> None:
        body = message.get_body(("plain",))
        text = body.get_content().strip() if body is not None else ""
        subject = message["Subject"]
        self._write(f"{_RULE}\nA letter to {to} (no mail server is set)\nSubject: {subject}\n\n{text}\n{_RULE}")

    async def rest(self) -> None:
        return
