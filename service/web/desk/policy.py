"""The site's policy as a form: what each setting is called and means, and from the form's fields to changes. Pure."""

from typing import Any, Literal, NamedTuple, get_args

import msgspec

from service.domain.errors import Fault, Invalid
from service.domain.site import Moderation, Policy, ThreadState, WhoMayComment
from service.web.pages.forms import Form

Kind = Literal["choice", "number", "count", "share", "text", "line", "lines"]


class Setting(NamedTuple):
    """A setting as a field."""

    name: str
    label: str
    hint: str
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()


def _of(kind: Any, *words: str) -> tuple[tuple[str, str], ...]:
    return tuple(zip(get_args(kind), words, strict=True))


GROUPS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        "Who may comment",
        (
            Setting(
                "who_may_comment",
                "Who may comment",
                "",
                "choice",
                _of(WhoMayComment, "anyone", "whoever is signed in", "members only"),
            ),
            Setting(
                "state",
                "Threads are",
                "A thread’s own word goes before.",
                "choice",
                _of(ThreadState, "open", "closed: no new comments", "hidden"),
            ),
            Setting("close_after_days", "Close after so many days", "0: never.", "number"),
            Setting("edit_window_s", "Seconds in which a comment can be edited", "", "number"),
            Setting("mail_domains", "Domains whose people are members", "One a line, like blog.example.", "lines"),
            Setting("form_message", "Message above the form", "", "text"),
        ),
    ),
    (
        "What is held for a look",
        (
            Setting(
                "moderation",
                "Moderation",
                "A thread’s own word goes before.",
                "choice",
                _of(
                    Moderation,
                    "always: everything waits",
                    "sometimes: on old pages",
                    "model: what the filter doubts",
                    "never: only what the filter takes for spam",
                ),
            ),
            Setting("sometimes_after_days", "An old page is so many days old", "For “sometimes”.", "number"),
            Setting("first_comments_held", "A member’s first comments that are held", "", "number"),
            Setting("hold_at", "Hold from this score on", "0 to 1. Empty: as the model’s card says.", "share"),
            Setting("spam_at", "Spam from this score on", "0 to 1. Empty: as the model’s card says.", "share"),
            Setting(
                "honest_held_one_in",
                "Hold at most 1 honest comment in",
                "Sets both scores. Empty: it does not.",
                "count",
            ),
            Setting("max_links", "Links that go unseen", "", "number"),
            Setting("hold_words", "Words that hold a comment", "One a line.", "lines"),
            Setting("refuse_words", "Words that are refused", "One a line. The author is told at once.", "lines"),
            Setting("languages", "Languages of the blog", "One a line, like en or pt-BR. None: all.", "lines"),
        ),
    ),
    (
        "The spam model",
        (
            Setting("audit_share", "Share of published comments picked for a look", "0 to 1. By chance.", "share"),
            Setting(
                "retraining",
                "It learns",
                "",
                "choice",
                (
                    ("after_decisions", "after some decisions"),
                    ("daily", "once a day"),
                    ("by_hand", "when it is told to"),
                ),
            ),
        ),
    ),
    (
        "Letters, addresses, keeping",
        (
            Setting(
                "moderation_mail_every",
                "Mail about what waits",
                "",
                "choice",
                (("comment", "comes for each comment"), ("hour", "comes once an hour"), ("day", "comes once a day")),
            ),
            Setting("link_rel", "rel of links in comments", "", "line"),
            Setting("ip_retention_days", "Days for which traces of addresses are kept", "", "number"),
            Setting("rejected_retention_days", "Days for which rejected texts are kept", "0: for good.", "number"),
            Setting("moderation_mail", "Who gets mail about what waits", "One address a line.", "lines"),
            Setting("comment_mail", "Who gets mail about what is published", "One address a line.", "lines"),
            Setting("origins", "The blog’s origins", "One a line, like https://blog.example.", "lines"),
        ),
    ),
)
SETTINGS = tuple(one for _, settings in GROUPS for one in settings)


def shown(policy: Policy) -> dict[str, str]:
    """The policy as the fields show it."""
    return {one.name: _shown(getattr(policy, one.name)) for one in SETTINGS}


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "\n".join(value)
    return "" if value is None else str(value)


def changes(form: Form, policy: Policy) -> dict[str, Any]:
    """What the form has otherwise than the policy. What cannot be read is left for the policy to refuse."""
    found = {one.name: _value(one, form.one(one.name)) for one in SETTINGS if form.every(one.name)}
    return {name: value for name, value in found.items() if _plain(getattr(policy, name)) != value}


def told(wanted: dict[str, Any]) -> dict[str, str]:
    """These changes as the fields show them."""
    return {name: _shown(tuple(value) if isinstance(value, list) else value) for name, value in wanted.items()}


def of_file(text: str, policy: Policy) -> dict[str, Any]:
    """What a file of settings has otherwise than the policy; names that are none are left for the policy to refuse."""
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        raise Invalid([Fault("/file", 'A file of settings is JSON, like {"max_links": 2}.')]) from None
    return {name: value for name, value in found.items() if _plain(getattr(policy, name, None)) != value}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _value(setting: Setting, text: str) -> Any:
    if setting.kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if setting.kind == "number":
        return _number(text.strip(), int)
    if setting.kind == "count":
        return _number(text.strip(), int) if text.strip() else None
    if setting.kind == "share":
        return _number(text.strip(), float) if text.strip() else None
    return text


def _number(text: str, kind: type[int] | type[float]) -> int | float | str:
    try:
        return kind(text)
    except ValueError:
        return text
