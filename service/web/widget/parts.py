"""The widget's sources, as they are sent: comments and indentation left out, what a first view needs in one module.

The sources are plain modules and style sheets. Joined, the eleven of a first view are one request instead of eleven,
and a quarter smaller; nothing else is done to them.
"""

import json
import re
from pathlib import Path

_FOLDER = Path(__file__).parent
EMBED = "embed.js"
FIRST = "first.js"
# Each after those that it imports.
JOINED = (
    "style.css",
    "dom.js",
    "markup.js",
    "languages/en.js",
    "words.js",
    "api.js",
    "kept.js",
    "comment.js",
    "list.js",
    "form.js",
    "thread.js",
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)  # in style sheets
_SPACE = re.compile(r"[ \n]*([{};,:])[ \n]+")  # in style sheets, where it says nothing
_LINE = re.compile(r"^[ ]+|^//.*\n|(?<=[;,{]) // .*$|\n(?=\n)", re.MULTILINE)
_IMPORT = re.compile(r'^import .* from "\./([^"]+)".*;\n', re.MULTILINE)
_ENGLISH = ("export default {", "const english = {")  # words.js imports it by this name


def sources() -> dict[str, bytes]:
    """Every file that browsers load, by its path below the widget's folder."""
    found = sorted(path for path in _FOLDER.rglob("*") if path.suffix in (".css", ".js"))
    texts = {path.relative_to(_FOLDER).as_posix(): _bare(path) for path in found}
    first = "".join(_joined(name, texts.pop(name)) for name in JOINED)
    return {name: text.encode() for name, text in {**{n: _led(t) for n, t in texts.items()}, FIRST: first}.items()}


def languages() -> list[str]:
    """The codes of the languages that there is a file for."""
    return sorted(path.stem for path in _FOLDER.glob("languages/??.js"))


def wearing(embed: bytes, version: str) -> bytes:
    """The module that pages name, told the version and the languages of this installation."""
    return embed.replace(b"VERSION", version.encode()).replace(b"LANGUAGES", " ".join(languages()).encode())


def _bare(path: Path) -> str:
    """The text without comments and indentation. No text in our sources runs over the end of a line, or has ` // `."""
    text = path.read_text(encoding="utf-8")
    text = _SPACE.sub(r"\1", _COMMENT.sub("", text)).replace(";}", "}") if path.suffix == ".css" else text
    return _LINE.sub("", _LINE.sub("", text)).lstrip("\n")


def _joined(name: str, text: str) -> str:
    """A part as it stands in the joined module: without its imports; a style sheet as what its import would give."""
    if name.endswith(".css"):
        return f"const style = new CSSStyleSheet();\nstyle.replaceSync({json.dumps(text)});\n"
    return _IMPORT.sub("", text.replace(*_ENGLISH))


def _led(text: str) -> str:
    """What a later part imports from one that was joined comes from the joined module."""

    def led(found: re.Match[str]) -> str:
        return found[0].replace(f"./{found[1]}", f"./{FIRST}") if found[1] in JOINED else found[0]

    return _IMPORT.sub(led, text)
