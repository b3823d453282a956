"""A mail server on loopback, in the test's own loop, and a worker that sends to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from service.actions.resources import Resources
from service.outbox.sending import Office
from service.outbox.smtp import Smtp, server_of
from service.outbox.worker import Worker

URL = "https://comments.example.org"


class MailServer:
    """Takes what is sent. `refusals` are what it answers first, one for each letter; None takes that one."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.to: list[str] = []
        self.encrypted: list[bool] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.refusals: list[str | None] = []
        self.port = 0
        self.first = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: list[SMTP] = []
        self._options: dict[str, Any] = {}

    async def start(self, **options: Any) -> "MailServer":
        self._options = options or self._options
        self._server = await asyncio.get_running_loop().create_server(self._speak, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def _speak(self) -> SMTP:
        made = SMTP(self, hostname="mail.test", loop=asyncio.get_running_loop(), **self._options)
        self._open.append(made)
        return made

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for one in self._open:
                if one.transport is not None:
                    one.transport.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.got.append(parsed)
        self.first.set()
        self.to += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss/word")


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    made = await MailServer().start()
    yield made
    await made.stop()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    """What a mail server shows: a certificate of an authority that nobody knows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


class Mail:
    """Sends what is due and tells what arrived."""

    def __init__(self, res: Resources, server: MailServer) -> None:
        self.res, self.server = res, server
        self.worker = self.another()

    def another(self) -> Worker:
        """A worker as after a restart, or in another process."""
        return Worker(Office(self.res, Smtp(server_of(self.server.url)), lambda: URL))

    async def arrived(self) -> list[EmailMessage]:
        """Works off what is due now; the letters that arrived by that."""
        before = len(self.server.got)
        while await self.worker.turn():
            pass
        return self.server.got[before:]

    async def one(self) -> EmailMessage:
        (message,) = await self.arrived()
        return message


@pytest.fixture
def mail(res: Resources, server: MailServer) -> Mail:
    return Mail(res, server)


def links(message: EmailMessage) -> list[str]:
    """The paths on our own host that a letter leads to."""
    words = text_of(message).split()
    return [word.removeprefix(URL) for word in words if word.startswith(f"{URL}/sites/")]
