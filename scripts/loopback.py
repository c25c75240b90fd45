"""nginx on a port of this machine, for scripts that measure or torture `zoo fetch`."""

import hashlib
import os
import shutil
import socket
import subprocess
import time


def write_random_file(path, size):
    """Writes incompressible bytes; their SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        while size > 0:
            piece = os.urandom(min(size, 1 << 20))
            digest.update(piece)
            file.write(piece)
            size -= len(piece)
    return digest.hexdigest()


class Nginx:
    """Serves the directory `www` of a directory, and logs there what it sends."""

    def __init__(self, work, limit_rate=None):
        self.work = work
        self.limit_rate = limit_rate

    def __enter__(self):
        executable = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if executable is None:
            raise SystemExit("nginx is needed: install it (apt install nginx-light)")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = self.work / "access.log"
        configuration = self.work / "nginx.conf"
        temporary = "\n".join(
            f'{kind}_temp_path "{self.work}/{kind}";'
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration.write_text(f"""
            daemon off; master_process off; pid "{self.work}/nginx.pid";
            events {{ worker_connections 1024; }}
            http {{
              {temporary}
              sendfile on; tcp_nopush on; keepalive_requests 100000;
              log_format sent '$status $body_bytes_sent';
              access_log "{self.log}" sent;
              {f"limit_rate {self.limit_rate};" if self.limit_rate else ""}
              server {{ listen 127.0.0.1:{port} sndbuf=128k; root "{self.work}/www"; }}
            }}""")
        self.process = subprocess.Popen(
            [executable, "-c", configuration, "-p", self.work, "-e", self.work / "error.log"])
        while not (self.work / "nginx.pid").exists():
            if self.process.poll() is not None:
                raise SystemExit((self.work / "error.log").read_text())
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def sent_bytes(self):
        """How many bytes of files went out, as logged."""
        return sum(int(line.split()[1]) for line in self.log.read_text().splitlines())
