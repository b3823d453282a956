"""The mail server: encryption, credentials, and what its answers mean."""

import socket
import ssl

import pytest
import trustme

from service.outbox import smtp
from service.outbox.mail import Letter, message
from service.outbox.smtp import Server, Smtp, server_of
from service.outbox.transport import GivenUp, ServerDown, TryLater
from tests.outbox.conftest import MailServer
from tests.outbox.test_mail import ENVELOPE

LETTER = message(Letter("ada@blog.example", "Hello", "text", "<p>html</p>"), ENVELOPE)


async def send(server: Server) -> None:
    transport = Smtp(server)
    try:
        await transport.send(LETTER, "greenroom@blog.example", "ada@blog.example")
    finally:
        await transport.rest()


def knowing(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_plainly(server: MailServer) -> None:
    await send(server_of(server.url))
    assert server.to == ["ada@blog.example"]
    assert server.got[0]["Subject"] == "Hello"
    assert server.encrypted == [False]


async def test_encrypted_where_it_is_offered(server: MailServer, certificate: ssl.SSLContext) -> None:
    await server.stop()
    await server.start(tls_context=certificate)
    await send(server_of(server.url))  # on this very machine, whoever made the certificate
    assert server.encrypted == [True]


async def test_elsewhere_certificates_count(
    server: MailServer, certificate: ssl.SSLContext, authority: trustme.CA
) -> None:
    await server.stop()
    await server.start(tls_context=certificate, authenticator=server.login)
    elsewhere = server_of("smtp://ada:p%40ss%2Fword@mail.example:587")
    assert elsewhere.start_tls is True
    here = elsewhere._replace(host="127.0.0.1", port=server.port)
    with pytest.raises(ServerDown):
        await send(here)
    assert server.logins == []  # nothing was said to a stranger
    await send(here._replace(trust=knowing(authority)))
    assert server.logins == [(b"ada", b"p@ss/word")]
    assert server.encrypted == [True]


async def test_credentials_are_not_sent_in_the_clear(server: MailServer) -> None:
    elsewhere = server_of("smtp://ada:secret@mail.example")
    with pytest.raises(ServerDown):
        await send(elsewhere._replace(host="127.0.0.1", port=server.port))
    assert server.got == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_wrong_password_is_a_matter_of_the_server(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_STEP_S", 1.0)  # the library waits for a goodbye that this server does not say
    await server.stop()
    await server.start(authenticator=server.login, auth_require_tls=False, auth_exclude_mechanism=["LOGIN"])
    with pytest.raises(ServerDown):
        await send(server_of(f"smtp://ada:wrong@127.0.0.1:{server.port}"))
    await send(server_of(f"smtp://ada:p%40ss%2Fword@127.0.0.1:{server.port}"))
    assert len(server.got) == 1


async def test_answers_are_sorted(server: MailServer) -> None:
    server.refusals = ["450 4.2.1 <ada@blog.example> is busy", "550 5.1.1 <ada@blog.example> is unknown", None]
    with pytest.raises(TryLater, match="answered 450") as later:
        await send(server_of(server.url))
    assert "ada" not in str(later.value)
    with pytest.raises(GivenUp, match="answered 550"):
        await send(server_of(server.url))
    await send(server_of(server.url))


async def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ServerDown):
        await send(server_of(f"smtp://127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("url", "port", "tls", "start_tls"),
    [
        ("smtp://mail.example", 25, False, None),
        ("smtp://u:p@mail.example", 587, False, True),
        ("smtp://u:p@localhost", 587, False, None),
        ("smtp://u:p@[::1]:2525", 2525, False, None),
        ("smtps://u:p@mail.example", 465, True, False),
    ],
)
def test_what_a_url_means(url: str, port: int, tls: bool, start_tls: bool | None) -> None:
    server = server_of(url)
    assert (server.port, server.tls, server.start_tls) == (port, tls, start_tls)
    elsewhere = server.host == "mail.example"
    assert server.trust.check_hostname is elsewhere
