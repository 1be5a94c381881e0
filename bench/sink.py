# SPDX-License-Identifier: Apache-2.0
"""The endpoint of every measurement: nginx answering 200 without a body, one worker, no log.

It gets its listening socket from us, so the kernel chooses the port and nothing can take it in between. /status counts
requests, which shows how far a run is without asking the product.
"""
import pathlib
import shutil
import socket
import subprocess
import tempfile
import urllib.request

from bench.failure import BenchFailure

CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_header_buffer_size 8k;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200; }}
        location = /status {{ stub_status; }}
    }}
}}
"""


class Sink:
    """with Sink() as sink: sink.port answers until the block ends."""

    def __enter__(self):
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if nginx is None:
            raise BenchFailure("nginx is not installed; tools/setup installs it")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kt-sink."))
        with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
            listener.setblocking(False)
            self.port = listener.getsockname()[1]
            config = self.folder / "nginx.conf"
            config.write_text(CONFIG.format(folder=self.folder, port=self.port))
            # nginx takes over the sockets named in NGINX; it was made for binary upgrades.
            self.process = subprocess.Popen(
                [nginx, "-p", self.folder, "-c", config, "-e", self.folder / "error.log"],
                env={"NGINX": f"{listener.fileno()};"}, pass_fds=[listener.fileno()],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            self.request_count()
        except OSError as error:
            self.__exit__()
            raise BenchFailure(f"nginx did not start: {error}") from error
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def request_count(self):
        """Requests answered so far, this question not included."""
        with urllib.request.urlopen(self.url + "status", timeout=5) as answer:
            counted = int(answer.read().split()[9])
        self.asked = getattr(self, "asked", 0) + 1
        return counted - self.asked
