"""How the service does, over the wire."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class AliveTold(Struct, frozen=True):
    """The service is alive."""

    status: Literal["alive"] = "alive"


class ReadyTold(Struct, frozen=True):
    """Whether comments can be stored. Without its model the service is degraded: it holds them all."""

    status: Literal["ready", "degraded", "unavailable", "draining"]
    storage: Literal["ready", "unavailable"] | UnsetType = UNSET
    model: Literal["ready", "degraded", "missing"] | UnsetType = UNSET
