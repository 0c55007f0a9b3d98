"""A room's player as the server sees it, without any sound: it pairs, reports every two seconds, is woken by events."""

import http.client
import json
import threading
import time
from contextlib import suppress
from typing import Any

REPORT_S = 2.0
PATIENCE_S = 10.0


class Client:
    """One room's player on threads of its own."""

    def __init__(self, port: int, code: str, *, events: bool) -> None:
        self.port, self.events = port, events
        answer = self._post("/api/v1/player/pair", {"code": code})
        self.headers = {"Authorization": f"Bearer {answer['token']}"}
        self.failures: list[str] = []
        self.revision = 0
        self.seen: dict[int, float] = {}
        """When each revision was acknowledged: told back to the server and answered."""
        self._wished: dict[str, Any] = {"mode": "empty"}
        self._woken, self._ended = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._run),
            *([threading.Thread(target=self._listen)] if events else []),
        ]

    def start(self) -> None:
        """Begin to report."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; the event stream ends with the process."""
        self._ended.set()
        self._woken.set()
        self._threads[0].join(PATIENCE_S * 2)

    def _run(self) -> None:
        while not self._ended.is_set():
            begun_s = time.monotonic()
            self._woken.clear()
            try:
                again = self._report()
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.failures.append(repr(error))
                again = False
            if not again:
                self._woken.wait(max(0.0, REPORT_S - (time.monotonic() - begun_s)))

    def _report(self) -> bool:
        """Report once; whether the next report is due at once, because something else is wished."""
        mixdown = self._wished.get("mixdown")
        started_ms = self._wished.get("started_ms")
        body: dict[str, Any] = {"state": "playing" if started_ms else "empty", "revision": self.revision}
        if mixdown:
            here = {key: mixdown[key] for key in ("mixdown_id", "bytes")}
            body["holds"] = here | {"bytes_verified": mixdown["bytes"]}
            body["files"] = [body["holds"]]
            body |= {"mixdown_id": mixdown["mixdown_id"]} if started_ms else {"state": "ready"}
        if started_ms:
            body |= {"position_s": time.time() - started_ms / 1000, "level_dbfs": -30.0, "gain_db": -6.0, "lag_s": 0.3}
        answer = self._post("/api/v1/player/report", body, self.headers)
        self.seen.setdefault(self.revision, time.monotonic())
        changed = answer["revision"] != self.revision
        self.revision, self._wished = answer["revision"], answer["wished"]
        return bool(changed)

    def _listen(self) -> None:
        while not self._ended.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/api/v1/player/events", headers=self.headers)
                answer = connection.getresponse()
                while line := answer.readline():
                    if line.startswith(b"data:"):
                        self._woken.set()
            connection.close()
            self._ended.wait(1.0)

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            read = answer.read()
            assert answer.status < 300, f"{answer.status}: {read[:200]!r}"
            return json.loads(read)
        finally:
            connection.close()
