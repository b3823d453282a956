"""Every knob of the service, once: name, type, unit, default, one sentence. docs/settings.md is printed from here.

Values come from the environment (GREENROOM_NAME) or from a TOML file (name = ...); the environment wins. They are
read once, at start; the unknown and the wrong refuse to start. What a site's owner decides is in domain/site.py.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from service.domain.bucket import Rate

PREFIX = "GREENROOM_"
_UNITS = {"s": 1, "min": 60, "h": 3_600, "day": 86_400}
DEFAULT_RATES = "member=10/min,address=30/min,site=600/min"


class Settings(msgspec.Struct, frozen=True):
    """The service's settings, read and checked."""

    data: Path
    database: str
    host: str
    port: int
    public_url: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    secret: str | None
    rate_limits: dict[str, Rate]
    smtp_url: str | None
    mail_from: str | None
    outward_private: bool
    metrics_token: str | None
    log: str


class Setting(NamedTuple):
    """One knob. `read` turns text into its value and raises ValueError with a sentence that says what is wrong."""

    name: str
    read: Callable[[str], Any]
    default: str
    sentence: str
    example: str
    secret: bool = False


class Misconfigured(Exception):
    """Settings that cannot be used: one line for each fault, naming setting, fault and an example."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _folder(text: str) -> Path:
    if not text.strip():
        raise ValueError("names no folder")
    if Path(text).exists() and not Path(text).is_dir():
        raise ValueError("is no folder")
    return Path(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise ValueError("is no port from 0 to 65535 (0: any free one)")
    return int(text)


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.\-:]+", text):
        raise ValueError("is no host name or address")
    return text


def _database(text: str) -> str:
    if text.startswith(("postgresql://", "postgres://")):
        return text
    if "://" in text and not text.startswith("sqlite:///"):
        raise ValueError("names a kind of database that is not supported")
    path = text.removeprefix("sqlite:///")
    if path and Path(path).is_dir():
        raise ValueError("is a folder, not a file")
    return path


def _split(text: str, wrong: str) -> SplitResult:
    """A URL in its parts. What urllib says of a port that is none is no sentence, and may show a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(wrong) from None
    if port == 0:
        raise ValueError(wrong)
    return parts


def _public_url(text: str) -> str:
    wrong = "is no URL of scheme and host alone, with a port from 1 to 65535 if any"
    parts = _split(text.lower(), wrong)
    alone = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or not alone):
        raise ValueError(wrong)
    return text.lower().rstrip("/")  # scheme and host know no case


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("is no list of addresses or networks") from None


def _secret(text: str) -> str | None:
    if text and (len(text) < 32 or len(set(text)) < 8):
        raise ValueError("is too short or too plain: 32 random characters at least")
    return text or None


def _rates(text: str) -> dict[str, Rate]:
    if text in ("on", ""):
        text = DEFAULT_RATES
    if text == "off":
        return {}
    found = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*(member|address|site)=([1-9][0-9]{0,8})/(s|min|h|day)\s*", part)
        if match is None:
            raise ValueError(f"cannot be read at '{part.strip()}'")
        found[match[1]] = Rate(int(match[2]), _UNITS[match[3]])
    return found


def _smtp_url(text: str) -> str | None:
    wrong = "is no address of a mail server, with a port from 1 to 65535 if any"
    parts = _split(text, wrong)
    if text and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError(wrong)
    return text or None


def _mail_from(text: str) -> str | None:
    if text and not re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9.\-]+", text):
        raise ValueError("is no mail address")
    return text or None


def _on_or_off(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("is neither on nor off")
    return text.lower() == "on"


def _metrics_token(text: str) -> str | None:
    if text and (len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError("is no token of 16 or more printable signs without spaces")
    return text or None


def _log(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("is none of debug, info, warning, error")
    return text.lower()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "data",
        _folder,
        "greenroom-data",
        "Folder for the database, trained models and the secret.",
        "/srv/greenroom",
    ),
    Setting(
        "database",
        _database,
        "",
        "The database: a SQLite file, or a PostgreSQL server; empty means greenroom.sqlite in the data folder.",
        "postgresql://greenroom@db.example/greenroom",
        secret=True,
    ),
    Setting("host", _host, "127.0.0.1", "Address to listen on.", "0.0.0.0"),  # noqa: S104 - an example
    Setting("port", _port, "8080", "TCP port to listen on; 0 takes any free one.", "8080"),
    Setting(
        "public_url",
        _public_url,
        "",
        "Where browsers reach the service; empty means http://HOST:PORT.",
        "https://comments.example.org",
    ),
    Setting(
        "trusted_proxies",
        _networks,
        "",
        "Proxies whose X-Forwarded-For is believed, as addresses or networks with commas between.",
        "127.0.0.1,10.0.0.0/8",
    ),
    Setting(
        "secret",
        _secret,
        "",
        "Key for signatures and hashes; empty means one made at first start and kept in the data folder, mode 600.",
        "the output of: openssl rand -hex 32",
        secret=True,
    ),
    Setting(
        "rate_limits",
        _rates,
        "on",
        f"Comments allowed in a time: on ({DEFAULT_RATES}), off, or numbers per s, min, h or day.",
        DEFAULT_RATES,
    ),
    Setting(
        "smtp_url",
        _smtp_url,
        "",
        "Mail server; without one, mails are printed on the console.",
        "smtp://user:password@mail.example.org:587",
        secret=True,
    ),
    Setting(
        "mail_from",
        _mail_from,
        "",
        "Sender of our mails; empty means greenroom at the host of the public URL.",
        "comments@blog.example",
    ),
    Setting(
        "outward_private",
        _on_or_off,
        "off",
        "May sites have us call servers inside: other ports, plain http, private addresses? For intranets only.",
        "on",
    ),
    Setting(
        "metrics_token",
        _metrics_token,
        "",
        "Bearer token for /metrics; empty means that only callers on this machine may ask.",
        "the output of: openssl rand -hex 32",
        secret=True,
    ),
    Setting("log", _log, "info", "How much to log: debug, info, warning or error.", "info"),
)


def read_settings(environment: Mapping[str, str], config: Path | None = None) -> Settings:
    """The settings from the environment and, below it, the TOML file. Raises Misconfigured with every fault."""
    texts, faults = _from_file(config) if config else ({}, [])
    known = {setting.name for setting in SETTINGS}
    for variable, text in environment.items():
        if variable.startswith(PREFIX):
            texts[variable.removeprefix(PREFIX).lower()] = text
    faults += [_unknown(name) for name in sorted(texts.keys() - known)]
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = texts.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.read(text)
        except ValueError as error:
            faults.append(_fault(setting, text, str(error)))
    if faults:
        raise Misconfigured(faults)
    return Settings(**values)


def _from_file(config: Path) -> tuple[dict[str, str], list[str]]:
    try:
        table = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"--config: {config} cannot be read as TOML ({error}); a line in it looks like: port = 8080"]
    return {name.lower(): _text(value) for name, value in table.items()}, []


def _text(value: Any) -> str:
    """A value of TOML as it would stand in the environment, where lists have commas between."""
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _unknown(name: str) -> str:
    names = ", ".join(PREFIX + setting.name.upper() for setting in SETTINGS)
    return f"{PREFIX}{name.upper()}: there is no such setting; there are {names}"


def _fault(setting: Setting, text: str, problem: str) -> str:
    shown = "the value" if setting.secret else repr(text)  # in one line, whatever stands in it
    return f"{PREFIX}{setting.name.upper()}: {shown} {problem}; an example: {setting.example}"
