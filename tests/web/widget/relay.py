"""Stands between browsers and the service, as a proxy does, and can cut all that goes through it. Browsers are told to
come back after 30 ms, not after three seconds."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit


class Relay:
    """Its `url` leads to the service; `heard` is what browsers sent, in pieces."""

    def __init__(self, url: str, port: int) -> None:
        self._target = (urlsplit(url).hostname, urlsplit(url).port)
        self.url = f"http://127.0.0.1:{port}"
        self.heard: list[bytes] = []
        self._open: set[socket.socket] = set()

    def carry(self, browser: socket.socket) -> None:
        """Carries bytes both ways until either side ends."""
        with socket.create_connection(self._target) as service:
            self._open |= {browser, service}
            back = threading.Thread(target=self._copy, args=(service, browser, None))
            back.start()
            self._copy(browser, service, self.heard)
            back.join()
            self._open -= {browser, service}

    def _copy(self, source: socket.socket, target: socket.socket, heard: list[bytes] | None) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                if heard is not None:
                    heard.append(piece)
                target.sendall(piece.replace(b"retry: 3000", b"retry: 0030"))
        _end(target)

    def cut(self) -> None:
        """Ends every connection there is; new ones are taken."""
        for one in list(self._open):
            _end(one)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(url: str) -> Iterator[Relay]:
    """One that leads to this URL."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            made.carry(self.request)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        made = Relay(url, server.server_address[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            made.cut()
            thread.join()
