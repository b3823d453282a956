"""Hands messages to a mail server (RFC 5321), encrypted where the server can; what it answers is sorted here."""

import ssl
from email.message import EmailMessage
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import aiosmtplib

from service.outbox.transport import GivenUp, NotSent, ServerDown, TryLater

_STEP_S = 10.0  # for each step of the conversation


class Server(NamedTuple):
    """A mail server and how to speak to it."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool  # encrypted from the first byte on
    start_tls: bool | None  # None: where it is offered
    trust: ssl.SSLContext


def server_of(url: str) -> Server:
    """The server that a smtp:// or smtps:// URL names, user and password percent-decoded.

    Credentials are sent encrypted or not at all, unless the server is this very machine.
    """
    parts = urlsplit(url)
    host, tls = parts.hostname or "", parts.scheme == "smtps"
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    here = _is_here(host)
    usual = 465 if tls else 587 if user else 25
    start_tls = False if tls else True if user and not here else None
    return Server(host, parts.port or usual, user, password, tls, start_tls, _trust(here))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _trust(here: bool) -> ssl.SSLContext:
    """The certificates that are believed. Mail servers on the same machine have made theirs themselves."""
    context = ssl.create_default_context()
    if here:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Smtp:
    """A Transport over one connection, which is opened when there is something to send and closed at rest."""

    def __init__(self, server: Server, local_hostname: str = "localhost") -> None:
        self._server = server
        self._local_hostname = local_hostname
        self._connection: aiosmtplib.SMTP | None = None

    async def send(self, message: EmailMessage, sender: str, to: str) -> None:
        connection = await self._connected()
        try:
            await connection.send_message(message, sender=sender, recipients=[to])
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.rest()
            raise _meaning(error) from error

    async def rest(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_connected:
            try:
                await connection.quit(timeout=1.0)
            except (aiosmtplib.SMTPException, OSError):
                connection.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._connection is not None and self._connection.is_connected:
            return self._connection
        server = self._server
        made = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self._local_hostname,
            timeout=_STEP_S,
            use_tls=server.tls,
            start_tls=server.start_tls,
            tls_context=server.trust,
        )
        try:
            await made.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            made.close()
            raise ServerDown(_words(error)) from error
        self._connection = made
        return made


def _meaning(error: Exception) -> NotSent:
    """4xx: later. 5xx about this recipient or this text: never. All else is about the server, and passes."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
        return GivenUp(_words(error)) if error.code >= 500 else TryLater(_words(error))
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return GivenUp(_words(error))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return TryLater(_words(error))
    return ServerDown(_words(error))


def _words(error: Exception) -> str:
    """What happened, without what the server said, which may name the address."""
    code = getattr(error, "code", None)
    name = type(error).__name__.removeprefix("SMTP")
    return f"{name}: the server answered {code}" if isinstance(code, int) else name
