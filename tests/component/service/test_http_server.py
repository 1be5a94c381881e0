"""What the HTTP server answers, byte for byte, on a loop and on threads."""

import random
import re
import time

import pytest
from conftest import Answer, read_all


def test_a_request_reaches_its_handler(server):
    answer = server.request("GET /things/a%20b?limit=5&flag&q=%C3%A9", "Authorization: bearer  secret")
    assert answer.status == 200
    assert answer.body.decode() == "GET /things/a b id=a b bearer=secret\nlimit=5\nflag=\nq=é\n"


def test_head_has_the_headers_of_get(server):
    answer = server.request("HEAD /things/1")
    assert answer.status == 200 and answer.body == b""
    assert answer.headers["content-length"] == str(len("HEAD /things/1 id=1 bearer=\n"))


def test_answers_are_not_cached_and_not_sniffed(server):
    answer = server.request("GET /things/1")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_header_line_that_would_be_two_is_left_out(server):
    answer = server.request("GET /things/1")
    assert answer.headers["x-good"] == "yes"
    assert "x-bad" not in answer.headers and "x-worse" not in answer.headers


def test_a_request_id_is_echoed_or_made(server):
    assert server.request("GET /things/1", "X-Request-Id: abc-1").headers["x-request-id"] == "abc-1"
    for bad in ("a b", 'a"b', "x" * 65, ""):
        assert re.fullmatch(r"req_[0-9a-v]{26}", server.request("GET /things/1", f"X-Request-Id: {bad}").headers["x-request-id"])


def test_an_unknown_path_is_404(server):
    assert server.request("GET /nothing").problem["code"] == "not_found"


def test_an_unknown_method_is_405_and_says_which_are_allowed(server):
    answer = server.request("PUT /things/1")
    assert answer.status == 405 and answer.problem["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET, HEAD, DELETE"


@pytest.mark.parametrize("body", [b"", b"x", bytes(range(256)) * 4096])
def test_a_body_arrives_as_it_was_sent(server, body):
    assert server.request("POST /echo", f"Content-Length: {len(body)}", body=body).body == body


def test_a_chunked_body_arrives_whole(server):
    answer = server.request("POST /echo", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
    assert answer.body == b"abcde"


def test_a_body_is_asked_for(server):
    with server.connect() as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ok")
        assert Answer(read_all(connection)).body == b"ok"


@pytest.mark.parametrize("headers, body", [
    (("Content-Length: 17",), b"x" * 17),
    (("Transfer-Encoding: chunked",), b"11\r\n" + b"x" * 17 + b"\r\n0\r\n\r\n"),
    (("Content-Length: 5000000",), b"x" * 5000000),
    (("Content-Length: 18446744073709551614",), b"x"),
    (("Content-Length: 17", "Expect: 100-continue"), b""),
], ids=["a byte too many", "a chunk too many", "far too long", "absurd", "asked first"])
def test_a_body_over_the_limit_is_413_and_names_it(server, headers, body):
    answer = server.request("POST /small", *headers, body=body)
    assert answer.status == 413 and answer.problem["code"] == "body_too_large"
    assert answer.problem["detail"] == "the body may have at most 16 bytes"


def test_a_body_without_end_is_answered_in_the_middle(server):
    with server.connect() as connection:
        connection.sendall(b"POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        with pytest.raises(OSError):
            for _ in range(200):
                connection.sendall(chunk)
        assert Answer(read_all(connection)).status in (413, None)  # a reset may overtake the answer


def test_a_route_without_a_body_takes_none(server):
    assert server.request("GET /things/1", "Content-Length: 1", body=b"x").status == 413


def test_a_connection_goes_on_after_a_refusal(server):
    raw = server.raw(b"POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n" + b"x" * 17 +
                     b"GET /things/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", raw) == [b"413", b"200"]


@pytest.mark.parametrize("encoding, status", [("gzip", 415), ("identity", 200)])
def test_an_encoded_body_is_415(server, encoding, status):
    assert server.request("POST /echo", f"Content-Encoding: {encoding}", "Content-Length: 2", body=b"ok").status == status


@pytest.mark.parametrize("target", [
    "/things/%00", "/things/..", "/things/%2e%2E", "/things/a%2f..%2fb", "/things/%0a", "/things/%zz", "/things/%ff", "things", "*",
    "/things/a b", "/things/1?q=%00", "/things/1?q=%ff", "/things/\x7f",
])
def test_a_dangerous_target_is_400(server, target):
    assert server.request(f"GET {target}").problem["code"] == "malformed_request"


@pytest.mark.parametrize("headers", [
    b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 3\r\nContent-Length: 3\r\n", b"Host: b\r\n",
    b"Content-Length: 3\r\nContent-Length: 4\r\n", b"X: a\x01b\r\n", b"X: a\x7fb\r\n", b"X : a\r\n", b"X(: a\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
])
def test_an_ambiguous_head_is_400_and_closes(server, headers):
    raw = server.raw(b"POST /echo HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\nabcGET /things/1 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", raw) == [b"400"]
    assert Answer(raw).problem["code"] == "malformed_request"


def test_a_request_without_host_is_400(server):
    assert Answer(server.raw(b"GET /things/1 HTTP/1.1\r\n\r\n")).problem["detail"] == "the Host header is missing"


@pytest.mark.parametrize("encoding", ["gzip, chunked", "xchunked", "identity"])
def test_another_transfer_encoding_is_501(server, encoding):
    assert server.request("POST /echo", f"Transfer-Encoding: {encoding}", body=b"0\r\n\r\n").status == 501


def test_a_head_that_is_too_long_is_431(server):
    assert server.request("GET /things/1", "X: " + "x" * 100000).status == 431


def test_a_late_answer_arrives_and_the_connection_goes_on(server):
    with server.connect() as connection:
        for _ in range(2):
            connection.sendall(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
            received = b""
            while not received.endswith(b'{"late":true}'):
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200 ")


def test_late_answers_do_not_wait_for_each_other(server):
    connections = [server.connect() for _ in range(20)]
    started = time.monotonic()
    for connection in connections:
        connection.sendall(b"GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    for connection in connections:
        assert Answer(read_all(connection)).status == 200
        connection.close()
    assert time.monotonic() - started < 0.3 * 20 - 1  # with threads some wait for one


def test_a_client_that_goes_away_hurts_nobody(server):
    for request in (b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n", b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"):
        for _ in range(20):
            with server.connect() as connection:
                connection.sendall(request)
    time.sleep(0.5)
    assert server.request("GET /things/1").status == 200


def test_a_silent_client_is_cut_off(server):
    started = time.monotonic()
    assert server.raw(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx") == b""
    assert 1 < time.monotonic() - started < 5


def test_noise_does_not_stop_it(server):
    generator = random.Random(1)
    seed = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    for _ in range(300):
        request = bytearray(seed)
        for _ in range(generator.randint(1, 4)):
            place = generator.randrange(len(request))
            request[place:place + generator.randint(0, 3)] = bytes(generator.randrange(256) for _ in range(generator.randint(0, 3)))
        with server.connect() as connection:
            connection.sendall(bytes(request))
    assert server.request("GET /things/1").status == 200
