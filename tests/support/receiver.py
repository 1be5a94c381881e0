"""An endpoint whose behaviour is scripted per path: it answers well, badly, late or not at all, and remembers
everything that reached it. Runs on a thread of its own, on a port chosen by the kernel."""

import asyncio
import collections
import dataclasses
import struct
import socket
import threading
import time

HEAD_BYTES_MAX = 64 * 1024


@dataclasses.dataclass
class Request:
    path: str
    headers: dict
    body: bytes
    time: float  # when the whole request was there
    number: int  # how many have come to this path, this one included


@dataclasses.dataclass
class Answer:
    """What to do with one request. raw replaces the whole answer; then says what follows it."""

    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    raw: bytes | None = None
    then: str = "keep"  # keep, close, reset, hang

    def encode(self):
        if self.raw is not None:
            return self.raw
        lines = [f"HTTP/1.1 {self.status} Scripted"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode() + self.body


OK = Answer()


class Receiver:
    """on(path, script): script is an Answer, a list of Answers (the last one stays), or a function of the Request."""

    def __init__(self):
        self.requests = collections.defaultdict(list)
        self.scripts = {}
        self.lock = threading.Lock()
        self.loop = asyncio.new_event_loop()
        self.port = None
        self.connection_count = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *exception):
        asyncio.run_coroutine_threadsafe(self._cancel_all(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    async def _cancel_all(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path, script):
        with self.lock:
            self.scripts[path] = script

    def at(self, path):
        with self.lock:
            return list(self.requests[path])

    def count(self, path):
        with self.lock:
            return len(self.requests[path])

    def wait(self, path, count, timeout=20.0):
        """The requests to a path once there are so many, or a failure that says how many came."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.count(path) >= count:
                return self.at(path)
            time.sleep(0.02)
        raise AssertionError(f"{path}: {self.count(path)} of {count} requests came within {timeout} s")

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20, backlog=4096)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        server.close()

    async def _serve(self, reader, writer):
        self.connection_count += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader, writer):
        request = self._remember(*await self._read(reader))
        answer = self._answer(request)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        writer.write(answer.encode())
        await writer.drain()
        if answer.then == "hang":
            await asyncio.sleep(60)
        if answer.then == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return answer.then == "keep"

    @staticmethod
    async def _read(reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            if name:
                headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return first.split(" ")[1], headers, body

    def _remember(self, path, headers, body):
        with self.lock:
            seen = self.requests[path]
            request = Request(path, headers, body, time.time(), len(seen) + 1)
            seen.append(request)
            return request

    def _answer(self, request):
        with self.lock:
            script = self.scripts.get(request.path, OK)
        if callable(script):
            return script(request)
        if isinstance(script, list):
            return script[min(request.number, len(script)) - 1]
        return script
