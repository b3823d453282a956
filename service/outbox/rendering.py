"""From a template and what it is told to the two forms of a letter. What to tell stands with each kind of letter."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"
_SCHEME = re.compile(r"(?<=[A-Za-z]):(?=//)")
_DOMAIN_DOT = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})(?!html?\b|php\b)")  # those are no domains
_BLANK_LINES = re.compile(r"\n{3,}")


def disarmed(text: str) -> str:
    """The text with its addresses broken, since mail programs turn whatever looks like one into a link."""
    return _DOMAIN_DOT.sub("[.]", _SCHEME.sub("[:]", text))


def shortened(text: str, most: int) -> str:
    """The beginning of a text, at most so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def quoted(text: str) -> str:
    """The text as a quotation in a plain letter."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def readable(time_ms: int) -> str:
    """A moment for people: 23 November 2026, 08:15 UTC."""
    moment = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def counted(count: int, noun: str) -> str:
    """1 comment, 2 comments."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _environment(autoescape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    made.filters.update(readable=readable, quoted=quoted, counted=counted)
    return made


_PLAIN, _HTML = _environment(False), _environment(True)


def both_forms(template: str, told: dict[str, Any]) -> tuple[str, str]:
    """The letter as plain text and as HTML."""
    text = _PLAIN.get_template(f"{template}.txt").render(told)
    html = _HTML.get_template(f"{template}.html").render(told)
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n", html
