"""Messages: headers in which nothing can be hidden, both forms, no address that is more than one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outbox.mail import Envelope, Letter, Unmailable, message, sender_of
from service.outbox.rendering import disarmed

ENVELOPE = Envelope("greenroom@blog.example", "Comments on blog", "1@blog.example", 1_795_435_200_000)


@given(subject=st.text(max_size=300), name=st.text(max_size=100))
def test_no_header_can_be_smuggled_in(subject: str, name: str) -> None:
    envelope = ENVELOPE._replace(sender_name=name)
    made = message(Letter("ada@blog.example", f"A\r\nBcc: x@y.example\n{subject}", "text", "<p>html"), envelope)
    head = made.as_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
    assert not [line for line in head.split("\r\n") if line.lower().startswith("bcc:")]
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert sorted(names) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example,c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>",
        '"a b"@c.example',
        "a@b@c.example",
        "a",
        "",
    ],
)
def test_only_one_plain_address(address: str) -> None:
    with pytest.raises(Unmailable):
        message(Letter(address, "x", "x", "x"), ENVELOPE)


def test_what_stands_in_a_message() -> None:
    made = message(
        Letter("ada@blog.example", "Grüße", "Grüße, lang " * 200, "<p>Grüße</p>", "https://x.example/u"), ENVELOPE
    )
    assert made["From"] == "Comments on blog <greenroom@blog.example>"
    assert made["Message-ID"] == "<1@blog.example>"
    assert made["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert made["List-Unsubscribe"] == "<https://x.example/u>"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]
    assert all(len(line) <= 998 for line in made.as_bytes().split(b"\r\n"))  # RFC 5322, section 2.1.1


def test_the_sender() -> None:
    assert sender_of("x@y.example", "https://h.example") == "x@y.example"
    assert sender_of(None, "https://h.example:8080") == "greenroom@h.example"
    assert sender_of(None, "http://127.0.0.1:8080") == "greenroom@localhost"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.example/b?c", "https[:]//a[.]example/b?c"),
        ("HTTP://EVIL.EXAMPLE", "HTTP[:]//EVIL[.]EXAMPLE"),
        ("write to me@evil.example", "write to me@evil[.]example"),
        ("pills24.example or www.2pills.example", "pills24[.]example or www.2pills[.]example"),
        ("пример.испытание", "пример[.]испытание"),
        ("It costs 3.50. Really. e.g. now", "It costs 3.50. Really. e.g. now"),
    ],
)
def test_addresses_in_texts_are_broken(text: str, shown: str) -> None:
    assert disarmed(text) == shown
