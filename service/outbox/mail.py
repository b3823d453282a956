"""From a letter to a message (RFC 5322): headers without tricks, plain text and HTML side by side."""

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

_PLAIN_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+@[^\s@<>,;:\"()\[\]\\\x00-\x20\x7f]+")
_LONGEST_SUBJECT = 150


class Letter(NamedTuple):
    """A letter to one address. `unsubscribe` is the URL that ends letters like it, where it is a subscription."""

    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str | None = None


class Unmailable(Exception):
    """No message can be made for this address."""


def sender_of(mail_from: str | None, public_url: str) -> str:
    """The address that our letters come from."""
    return mail_from or f"greenroom@{host_of(public_url)}"


def host_of(public_url: str) -> str:
    """The host of the public URL, as it may stand behind an @."""
    host = urlsplit(public_url).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return host
    return "localhost"


class Envelope(NamedTuple):
    """What a message has beside the letter."""

    sender: str
    sender_name: str
    message_id: str  # without the angle brackets: the same for every attempt
    now_ms: int


def message(letter: Letter, envelope: Envelope) -> EmailMessage:
    """The message. Raises Unmailable where the address is not one plain address."""
    if not _PLAIN_ADDRESS.fullmatch(letter.to):
        raise Unmailable
    made = EmailMessage(policy=SMTP)
    user, _, domain = envelope.sender.rpartition("@")
    made["From"] = Address(one_line(envelope.sender_name), user, domain)
    made["To"] = letter.to
    made["Subject"] = one_line(letter.subject)
    made["Date"] = format_datetime(datetime.fromtimestamp(envelope.now_ms / 1000, UTC))
    made["Message-ID"] = f"<{envelope.message_id}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    if letter.unsubscribe is not None:  # RFC 2369, RFC 8058
        made["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(letter.text, cte="quoted-printable")
    made.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return made


def one_line(text: str) -> str:
    """The text as one short line of what can be seen: nothing in it can begin another header."""
    seen = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(seen.split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"
