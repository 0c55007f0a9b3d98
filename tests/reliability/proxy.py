"""The network between a room and its server, with the weather of a clinic: cut, slow, stalling, lying.

A small HTTPS proxy on a thread of its own. Every request gets a connection of its own to the server. `Proxy.weather`
says what happens to requests whose path fits; it may be changed at any moment and counts at once, for what is under
way too.
"""

import asyncio
import re
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

CHUNK = 16 * 1024
BROKEN_SERVER = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"


@dataclass(frozen=True)
class Weather:
    """What happens to requests whose path fits ``paths``; the others pass.

    ``cut``: nothing moves any more, in either direction, as with a cable pulled out; what is under way goes on when it
    ends. ``hang``: the server is asked and its answer never comes. ``stall``: it comes to its middle. ``reset``: it
    breaks off there. ``corrupt``: one bit in each 4 KiB of the answer's body is wrong. ``error``: the answer is a 500.
    """

    kind: Literal["fair", "cut", "hang", "stall", "reset", "corrupt", "error"] = "fair"
    paths: str = "."
    bytes_per_s: float | None = None
    delay_s: float = 0.0

    def hits(self, path: str) -> bool:
        """Whether it is the weather of this request."""
        return re.search(self.paths, path) is not None


class Proxy:
    """Listens on a port of 127.0.0.1 and asks the server on another."""

    def __init__(self, server_port: int, certificate: Path) -> None:
        self.server_port = server_port
        self.weather = Weather()
        self.instead: Callable[[str, bytes], bytes | None] = lambda _path, _body: None
        """Given a path and the server's body, another body or None: bytes of an old file, for one, or old orders."""
        self.answered: list[tuple[float, str]] = []
        """When each request was answered to its end, by the clock, and its path."""
        self._open: dict[asyncio.Task[None], str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.num_tickets = 0  # who resumes a connection looks at no certificate
        self.present(certificate)
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20, ssl=self._tls)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def present(self, certificate: Path) -> None:
        """Use this certificate, with its key in the same file, from the next connection on."""
        self._tls.load_cert_chain(certificate)

    def close(self) -> None:
        """Stop listening and drop what is under way."""

        async def end() -> None:
            self._server.close()
            tasks = [*self._open]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def drop(self, paths: str = ".") -> int:
        """Break off what is under way for these paths; how many connections there were."""

        async def cancel() -> int:
            found = [task for task, path in self._open.items() if re.search(paths, path)]
            for task in found:
                task.cancel()
            return len(found)

        return asyncio.run_coroutine_threadsafe(cancel(), self._loop).result(10)

    def first_answer_s(self, path: str, after_s: float) -> float | None:
        """When a request of this path was first answered after a moment, by the clock; None if none was yet."""
        return next((at_s for at_s, answered in self.answered if answered.endswith(path) and at_s > after_s), None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self._open[task] = path
            body = await reader.readexactly(_length(head))
            await self._answer(path, head, body, writer)
            self.answered.append((time.time(), path))
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self._open.pop(task, None)
            writer.close()

    async def _answer(self, path: str, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        await self._passage(path)
        now = self._now(path)
        if now.kind == "error":
            writer.write(BROKEN_SERVER)
            await writer.drain()
            return
        await asyncio.sleep(now.delay_s)
        upstream, server = await asyncio.open_connection("127.0.0.1", self.server_port, limit=1 << 20)
        try:
            server.write(_one_request(head) + body)
            await server.drain()
            answer = await upstream.readuntil(b"\r\n\r\n")
            await self._hanging(path)
            length = _length(answer)
            whole = await upstream.readexactly(length) if length else None
            other = None if whole is None else self.instead(path, whole)
            if other is not None:
                whole, answer = other, re.sub(rb"(?i)(\r\ncontent-length: *)\d+", b"\\g<1>%d" % len(other), answer)
            await self._send(path, _one_answer(answer), writer)
            await self._body(path, whole, upstream, writer)
        finally:
            server.close()

    async def _body(
        self, path: str, whole: bytes | None, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send a body: ``whole``, or, where its length was not known, what comes from upstream until it ends."""
        sent = 0
        while True:
            block = await upstream.read(CHUNK) if whole is None else whole[sent : sent + CHUNK]
            if not block:
                return
            kind = self._now(path).kind
            if kind in ("stall", "reset") and (whole is None or sent + len(block) > len(whole) // 2):
                if kind == "reset":
                    raise ConnectionResetError
                await self._until(lambda: self._now(path).kind != "stall")
            if kind == "corrupt":
                block = bytes(byte ^ (at % 4096 == 0) for at, byte in enumerate(block))
            await self._send(path, block, writer)
            sent += len(block)

    async def _send(self, path: str, block: bytes, writer: asyncio.StreamWriter) -> None:
        await self._passage(path)
        rate = self._now(path).bytes_per_s
        if rate is not None:
            await asyncio.sleep(len(block) / rate)
            await self._passage(path)
        writer.write(block)
        await writer.drain()

    async def _passage(self, path: str) -> None:
        await self._until(lambda: self._now(path).kind != "cut")

    async def _hanging(self, path: str) -> None:
        await self._until(lambda: self._now(path).kind != "hang")

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await asyncio.sleep(0.01)

    def _now(self, path: str) -> Weather:
        weather = self.weather
        return weather if weather.hits(path) else Weather()


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found.group(1)) if found else 0


def _one_request(head: bytes) -> bytes:
    """The same request, for a connection that carries no other."""
    return re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head)[:-2] + b"Connection: close\r\n\r\n"


_one_answer = _one_request
