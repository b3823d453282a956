"""python -m benchmarks.hostile: how long the worst texts of full length take to render. None should take 50 ms."""

import time

from service.domain.comment import MAX_TEXT
from service.domain.markup import render

_SEEDS = (
    *("[", "![", "[a](", "![a](", "[a][b]", "[x]:", "(((", "://", "//", "http://", "http://[", "ftp://", "www."),
    *("a.b", "a.com ", "a@", "a@b.c ", "@a.b", "mailto:a@", "*", "*a ", "**a", "a**b", "*_", "_", "_a", "~~a", "`"),
    *("`a``b", "```\n", "> ", "> x\n", "- ", "-\n", "* ", "1) ", "1. a\n", "    a\n", "x\n", "x\n\n", "<", "<a ", "&#"),
    *("&amp;", "\\", "|a|b\n", "x.y.z.", ":", "'", '"', "\u00e9", "\U0001f49a"),
)


def main() -> None:
    """Prints the five slowest, in milliseconds."""
    took = {seed: _ms((seed * MAX_TEXT)[:MAX_TEXT]) for seed in _SEEDS}
    for seed in sorted(took, key=lambda seed: -took[seed])[:5]:
        print(f"{took[seed]:6.1f} ms  {seed!r} to {MAX_TEXT:,} characters")


def _ms(text: str) -> float:
    began = time.perf_counter()
    render(text, "ugc nofollow noopener")
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
