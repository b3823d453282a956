"""Prints the parts of docs/ that are made from the code: `python -m docs.printed`, with --check only compares."""

import sys
from pathlib import Path

from aiohttp.web import RouteDef

from service.domain.site import Policy
from service.settings import PREFIX, SETTINGS
from service.web.contract import IF_NONE_MATCH, Contract, contract_of, problems_of
from service.web.desk.policy import SETTINGS as POLICY
from service.web.desk.policy import Setting as PolicySetting
from service.web.problems import PROBLEMS
from service.web.routes import ROUTES, S

HERE = Path(__file__).parent


def settings_page() -> str:
    """docs/settings.md: every knob of the service."""
    rows = [f"| `{PREFIX}{s.name.upper()}` | {_shown(s.default)} | {s.sentence} | `{s.example}` |" for s in SETTINGS]
    return "\n".join(
        [
            "# Settings of the service",
            "",
            "Printed from `service/settings.py` by `make docs`. Read once, at start, from the environment or a file",
            "in TOML (`greenroom serve --config FILE`), where the names stand in lower case without the prefix; the",
            "environment wins. An unknown or wrong setting refuses to start: exit code 2, a line for each fault.",
            "",
            "| setting | default | what it is | example |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "What a site's owner decides, for each site by itself, is its policy: `greenroom settings --site SITE`.",
            "",
            "| policy | default | what it is |",
            "| --- | --- | --- |",
            *[f"| `{one.name}` | {_shown(getattr(Policy(), one.name))} | {_meaning(one)} |" for one in POLICY],
            "",
            "`hold_at` and `spam_at` without a value are those of the card of the model in service.",
            "",
        ]
    )


def _meaning(one: PolicySetting) -> str:
    """As the desk asks for it, with the words that may be set."""
    told = [(word, said.removeprefix(f"{word}: ")) for word, said in one.choices]
    choices = "; ".join(f"`{word}`" if said == word else f"`{word}` ({said})" for word, said in told)
    return " ".join([f"{one.label}{': ' + choices if choices else ''}.", one.hint]).strip()


def problems_page() -> str:
    """docs/problems.md: every URL with what it answers, and every code an error can have."""
    problems = sorted(set(PROBLEMS.values()))
    return "\n".join(
        [
            "# URLs and problems",
            "",
            "Printed from `service/web/routes.py`, the contracts beside the handlers and `service/web/problems.py` by",
            "`make docs`. A running service tells more at `/docs`, and to programs at `/openapi.json`: parameters,",
            f"bodies, answers, examples. `S` is `{S}`.",
            "",
            "| method | URL | who | answers | |",
            "| --- | --- | --- | --- | --- |",
            *[_call(route, contract) for route, contract in _CALLS],
            "",
            "Pages, for browsers:",
            "",
            "| method | URL | |",
            "| --- | --- | --- |",
            *[f"| {r.method} | `{r.path}` | {_first_line(r.handler)} |" for r in ROUTES if not contract_of(r.handler)],
            "",
            "Errors are `application/problem+json` (RFC 9457): `type` (urn:greenroom:CODE), `code`, `title`, `status`,",
            "`detail`, `request_id`; for 422 also `errors`, each with `pointer` (JSON Pointer, RFC 6901) and `detail`.",
            "",
            "| status | code | title |",
            "| --- | --- | --- |",
            *[f"| {p.status} | `{p.code}` | {p.title} |" for p in problems],
            "",
        ]
    )


_CALLS = [(route, found) for route in ROUTES if (found := contract_of(route.handler)) is not None]


def _call(route: RouteDef, contract: Contract) -> str:
    statuses = {*contract.answers, *[PROBLEMS[one].status for one in problems_of(route.method, route.path, contract)]}
    if IF_NONE_MATCH in contract.takes:
        statuses.add(304)
    told = " ".join(str(status) for status in sorted(statuses))
    who = contract.ask.value.partition(";")[0]
    return f"| {route.method} | `{route.path.replace(S, 'S')}` | {who} | {told} | {_first_line(route.handler)} |"


def _first_line(handler: object) -> str:
    sentence = (handler.__doc__ or "").strip().splitlines()[0]
    return sentence.partition(": ")[2] or sentence


def _shown(value: object) -> str:
    return f"`{value}`" if value not in ("", (), None) else "(empty)"


PAGES = {"settings.md": settings_page, "problems.md": problems_page}


def main() -> int:
    """Writes the pages, or says which of them are out of date."""
    stale = [name for name, page in PAGES.items() if not _is_fresh(HERE / name, page())]
    if "--check" in sys.argv:
        for name in stale:
            sys.stderr.write(f"docs/{name} is out of date: make docs\n")
        return 1 if stale else 0
    for name in stale:
        (HERE / name).write_text(PAGES[name](), encoding="utf-8")
    return 0


def _is_fresh(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
