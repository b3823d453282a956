"""Prints on the console without ever waiting for its reader: a pipe that nobody empties must not stop a service."""

import os
import sys
from contextlib import suppress

from service.outbox.transport import ServerDown


def print_or_wait(text: str) -> None:
    """The text and a line's end. Raises ServerDown while the console's reader is behind: letters are tried again.

    When nobody reads it any more, the service goes on. A text may then have been printed in part; it comes whole later.
    """
    sys.stdout.flush()
    console, left = sys.stdout.fileno(), memoryview(f"{text}\n".encode(errors="replace"))
    os.set_blocking(console, False)
    try:
        with suppress(BrokenPipeError):
            while left:
                left = left[os.write(console, left) :]
    except BlockingIOError:
        raise ServerDown("nobody reads the console just now") from None
    finally:
        os.set_blocking(console, True)
