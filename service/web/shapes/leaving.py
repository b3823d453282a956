"""What a member takes along: the export, section by section. The rows come from storage as they are told here."""

from typing import Any

from msgspec import Struct

from service.web.times import Time


class ExportTold(Struct, frozen=True):
    """Everything that is kept of one member. More sections may come; times are told as everywhere."""

    site: str
    exported_at: Time
    member: dict[str, Any]
    sessions: list[dict[str, Any]]
    tokens: list[dict[str, Any]]
    comments: list[dict[str, Any]]
    earlier_texts: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    keys: list[dict[str, Any]]
    subscriptions: list[dict[str, Any]]
    identities: list[dict[str, Any]]
    invitations: list[dict[str, Any]]
    membership_requests: list[dict[str, Any]]
