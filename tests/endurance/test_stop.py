"""SIGTERM under load: what was acknowledged is there, and the service ends soon, by itself and in good order."""

import asyncio
import signal
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import aiohttp
import pytest
from club import API, Club, Ledger, keep_posting
from ledger_check import check
from service_process import NewService, Service, wait_until

_STOP_S = 10.0
_PROMPT_S = 5.0  # less than a request under way may take
_ENOUGH = 100


def test_stop_under_load(club: Club, new_service: NewService) -> None:
    service, ledger = new_service().start(), Ledger()
    began = asyncio.run(_load_until_stopped(club, service, ledger))
    assert service.wait(_STOP_S) == 0, service.log()
    assert time.perf_counter() - began < _STOP_S
    assert set(ledger.refused) <= {(503, "draining")}
    assert len(ledger.comments) >= _ENOUGH
    check(service.database, ledger)


async def _load_until_stopped(club: Club, service: Service, ledger: Ledger) -> float:
    """Members post until they get no answer any more; SIGTERM comes on the way. Returns when."""
    stopped: list[float] = []

    def go_on() -> bool:
        if ledger.acknowledged >= _ENOUGH and not stopped:
            stopped.append(time.perf_counter())
            service.signal(signal.SIGTERM)
        return not ledger.refused

    async with aiohttp.ClientSession(service.url) as http:
        await asyncio.gather(*[keep_posting(http, token, ledger, go_on) for token in club.members * 4])
    return stopped[0]


def test_second_sigterm_hastens(club: Club, new_service: NewService) -> None:
    service = new_service().start()
    with _unfinished_request(service, club):
        service.signal(signal.SIGTERM)
        wait_until(lambda: not _listens(service), "the service to stop listening")
        assert not _has_ended(service, 0.5), "it does not wait for the request under way"
        service.signal(signal.SIGTERM)
        service.wait(1.0)


@pytest.mark.long
def test_a_hanging_request_does_not_keep_it(club: Club, new_service: NewService) -> None:
    service = new_service().start()
    with _unfinished_request(service, club):
        began = time.perf_counter()
        assert service.stop() == 0
        assert time.perf_counter() - began < _STOP_S


def test_open_streams_end_at_once(club: Club, new_service: NewService) -> None:
    service = new_service().start()
    where = urlsplit(service.url)
    with ExitStack() as open_ones:
        streams = [open_ones.enter_context(socket.create_connection((where.hostname, where.port))) for _ in range(20)]
        for stream in streams:
            stream.settimeout(_STOP_S)
            stream.sendall(f"GET {API}/events HTTP/1.1\r\nHost: club\r\n\r\n".encode())
            assert stream.recv(4_096).startswith(b"HTTP/1.1 200")
        service.signal(signal.SIGTERM)
        for stream in streams:
            while stream.recv(4_096):  # until the service ends it
                pass
        assert service.wait(_PROMPT_S) == 0, service.log()


def _unfinished_request(service: Service, club: Club) -> socket.socket:
    """A comment of which the last byte does not come, and which the service has begun to read."""
    where = urlsplit(service.url)
    connection = socket.create_connection((where.hostname, where.port))
    head = f"POST {API}/comments HTTP/1.1\r\nHost: club\r\nAuthorization: Bearer {club.members[0]}\r\n"
    connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert service.is_ready()  # a request sent later has been answered, so this one has been begun
    return connection


def _listens(service: Service) -> bool:
    where = urlsplit(service.url)
    try:
        socket.create_connection((where.hostname, where.port)).close()
    except ConnectionRefusedError:
        return False
    return True


def _has_ended(service: Service, within_s: float) -> bool:
    deadline = time.perf_counter() + within_s
    while time.perf_counter() < deadline:
        if not service.is_running():
            return True
        time.sleep(0.01)
    return False
