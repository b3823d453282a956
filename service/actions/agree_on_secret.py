"""Processes on one database must have the same secret: else links and keys made by one would not hold at another."""

from service.actions.seal import Seal
from service.domain.errors import Refusal
from service.storage import installation
from service.storage.database import Database


class AnotherSecret(Refusal):
    """This database is used with a secret that is not ours."""

    detail = (
        "This database is used with another secret. Set GREENROOM_SECRET to the same on every process, or put the file"
        " `secret` of the first one into each data folder. If it is lost: greenroom check --adopt-secret"
    )


async def agree_on_secret(db: Database, seal: Seal) -> None:
    """The first process leaves a mark of its secret, the others compare. Raises AnotherSecret.

    A SQLite file lies in the folder of its secret, which needs no mark.
    """
    if db.engine == "sqlite":
        return
    if await installation.find(db) is None:
        await db.write([installation.setting(_mark(seal))], quiet=True)
    if await installation.find(db) != _mark(seal):
        raise AnotherSecret


async def adopt_secret(db: Database, seal: Seal) -> None:
    """Leaves the mark of this secret in place of the one that is lost."""
    await db.write([installation.setting(_mark(seal), replacing=True)], quiet=True)


def _mark(seal: Seal) -> str:
    return seal.key("mark of the installation").hex()
