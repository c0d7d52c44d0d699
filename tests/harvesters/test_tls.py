"""https against a server on loopback with a certificate made for the test."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from harvesters.errors import Cancelled, FetchError
from harvesters.fetch import Limits
from harvesters.protocol import Request

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command makes the certificates of these tests")
MAKE = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=courses.example"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class TlsServer:
    """Answers every request alike; notes the names that clients ask for (SNI)."""

    def __init__(self, folder, answer=OK):
        key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        options = ["-addext", "subjectAltName=DNS:courses.example", "-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run([*MAKE.split(), *options], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.context.sni_callback = lambda line, name, context: self.names.append(name)
        self.names, self.requests, self.answer = [], [], answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(line, server_side=True) as secure:
                    while head := secure.recv(65536):
                        self.requests.append(head.decode())
                        secure.sendall(self.answer)
            except OSError:
                line.close()


@pytest.fixture
def make_server(tmp_path):
    made = []

    def make(answer=OK):
        made.append(TlsServer(tmp_path, answer))
        return made[-1]

    yield make
    for server in made:
        server.listener.close()


def ask(make_fetcher, server, host="courses.example", trusted=True, **settings):
    certificates = str(server.certificate) if trusted else None
    fetcher = make_fetcher("127.0.0.0/8", resolve=lambda host, port: ("127.0.0.1",), certificates=certificates, **settings)
    return fetcher(Request(url=f"https://{host}:{server.port}/a"))


def test_host_and_server_name_are_kept(make_server, make_fetcher):
    server = make_server()
    assert ask(make_fetcher, server).body == b"ok"
    assert server.names == ["courses.example"]
    assert f"Host: courses.example:{server.port}\r\n" in server.requests[0]


def test_a_certificate_of_nobody_is_not_trusted(make_server, make_fetcher):
    with pytest.raises(FetchError, match=r"the certificate of courses\.example is not valid \(self-signed"):
        ask(make_fetcher, make_server(), trusted=False)


def test_a_certificate_of_another_host_is_not_trusted(make_server, make_fetcher):
    server = make_server()
    with pytest.raises(FetchError, match=r"the certificate of other\.example is not valid \(Hostname mismatch"):
        ask(make_fetcher, server, host="other.example")
    assert server.requests == []


def test_a_run_can_be_stopped_in_a_hung_answer(make_server, make_fetcher):
    server = make_server(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nsome")
    with pytest.raises(Cancelled):
        ask(make_fetcher, server, stopped=lambda: bool(server.requests), limits=Limits(total=60))


def test_a_login_does_not_go_from_https_to_http(make_server, make_fetcher):
    server = make_server(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://courses.example:1/\r\n\r\n")
    with pytest.raises(FetchError, match="which is not encrypted"):
        ask(make_fetcher, server, host="user:password@courses.example")
