"""The skeleton of a program: arguments, settings, log, admin port, signals."""

import json
import os
import re
import signal
import subprocess
import time

import pytest
from conftest import PROGRAM, Answer, read_all


def run(*arguments, stdout=subprocess.PIPE, **settings):
    environment = {**os.environ, **{f"KT_{name.upper()}": str(value) for name, value in settings.items()}}
    return subprocess.run([PROGRAM, *arguments], env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=10)


# ---- arguments and settings


def test_help_lists_commands_options_and_sources():
    result = run("--help")
    assert result.returncode == 0
    for words in ("words WORD…", "--greeting=TEXT", "--print-config", "KT_SECTION_NAME", "Shows what the skeleton does."):
        assert words in result.stdout


def test_version_is_one_line():
    assert re.fullmatch(r"kt-sample \d+\.\d+\.\d+.*\n", run("--version").stdout)


@pytest.mark.parametrize("arguments, text", [
    (["--bogus"], "unrecognized option '--bogus'"), (["bogus"], "unknown command: bogus"), (["--greeting", ""], "--greeting must say"),
])
def test_what_is_not_understood_is_a_usage_error(arguments, text):
    result = run(*arguments)
    assert result.returncode == 2 and text in result.stderr


def test_a_command_gets_its_arguments_untouched():
    result = run("--config", "/dev/null", "words", "--help", "--config", "x")
    assert result.returncode == 7
    assert result.stdout.split() == ["words", "--help", "--config", "x"]


def test_a_good_file_is_ok(tmp_path):
    file = tmp_path / "kt.yaml"
    file.write_text("sample:\n  threads: 3\nrecorder:\n  anything: goes\n")
    result = run("--check-config", "--config", file)
    assert (result.returncode, result.stdout, result.stderr) == (0, "ok\n", "")


@pytest.mark.parametrize("text, complaint", [
    ("sample:\n  threads: 99\n", ":2: sample.threads: \"99\" is out of range; wanted: a whole number from 0 to 16"),
    ("sample:\n  threads: 13\n", "sample.threads: 13 brings bad luck"),
    ("sampel:\n", ":1: section \"sampel\" is not known; known are: log, "),
    ("log:\n  level: loud\n", "log.level is \"loud\"; wanted: error, warning, info or debug"),
    ("log:\n  format: xml\n", "log.format is \"xml\"; wanted: auto, json or text"),
])
def test_bad_settings_say_what_would_be_right(tmp_path, text, complaint):
    file = tmp_path / "kt.yaml"
    file.write_text(text)
    checked = run("--check-config", "--config", file)
    assert checked.returncode == 2 and complaint in checked.stderr
    started = run("--config", file)
    assert started.returncode == 2
    line = json.loads(started.stderr)
    assert line["level"] == "error" and line["event"] == "settings_invalid" and complaint in line["msg"]


def test_the_printed_settings_are_those_in_effect_without_secrets(tmp_path):
    printed = run("--print-config", sample_threads=5, sample_password="hunter2").stdout
    assert "threads: 5" in printed and "hunter2" not in printed and "***" in printed
    file = tmp_path / "kt.yaml"
    file.write_text(printed)
    assert run("--print-config", "--config", file).stdout == printed


def test_the_documents_are_printed_without_a_file():
    assert "| `threads` | number | `0` | 0 to 16 | `KT_SAMPLE_THREADS` |" in run("--print-settings-doc").stdout
    assert "| `process_open_fds` | gauge |" in run("--print-metrics-doc").stdout


def test_a_full_disk_does_not_look_like_success():
    with open("/dev/full", "w") as full:
        assert run("--print-config", stdout=full).returncode == 1


# ---- admin port


def test_the_admin_port_answers(start):
    sample = start()
    assert sample.admin("/livez").body == b"ok\n"
    assert sample.admin("/readyz").body == b"ok\n"
    assert sample.admin("/readyz?verbose").body == b"[+] not_draining ok\n[+] is_well ok\nok\n"
    assert json.loads(sample.admin("/buildinfo").body)["service"] == "kt-sample"
    assert sample.admin("/").status == 404


def test_a_failed_check_is_503_and_named(start):
    sample = start()
    with sample.connect() as kept:
        kept.sendall(b"GET /kept HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
        answer = sample.admin("/readyz")
        assert answer.status == 503 and answer.body == b"is_well failed\nnot ready\n"
        assert sample.admin("/livez").status == 200


def test_the_metrics_tell_of_the_process(start):
    sample = start()
    time.sleep(0.6)
    answer = sample.admin("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    values = dict(line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if not line.startswith("#"))
    assert float(values["process_resident_memory_bytes"]) > 1e6
    assert 5 < float(values["process_open_fds"]) < 100
    assert 0 < float(values["process_cpu_seconds_total"]) < 10
    assert abs(float(values["process_start_time_seconds"]) - time.time()) < 10
    assert float(values["kt_loop_lag_seconds_count"]) >= 1
    assert float(values['kt_log_messages_total{level="info"}']) == len(sample.lines())


# ---- log, life and death


def test_a_life_has_one_first_and_one_last_line(start):
    sample = start("--greeting", "good morning", service_instance="pod-1")
    sample.stop()
    lines = sample.lines()
    assert [line["event"] for line in lines] == ["listening", "listening", "started", "draining", "stopped"]
    assert lines[1]["msg"] == "good morning"
    for line in lines:
        assert line["service"] == "kt-sample" and line["instance"] == "pod-1"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["ts"])


@pytest.mark.parametrize("threads", [0, 3])
def test_a_drain_finishes_what_is_under_way_and_refuses_the_rest(start, threads):
    sample = start(sample_threads=threads)
    with sample.connect() as late:
        late.sendall(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
        sample.signal()
        time.sleep(0.05)
        assert sample.admin("/readyz").status == 503
        with pytest.raises(ConnectionRefusedError):
            sample.connect()
        answer = Answer(read_all(late))
        assert answer.status == 200 and answer.headers["connection"] == "close"
    assert sample.wait() == 0


def test_the_deadline_ends_a_drain(start):
    sample = start(sample_never_drains="true", service_drain_deadline="300ms")
    sample.signal(signal.SIGINT)
    started = time.monotonic()
    assert sample.wait() == 0
    assert 0.2 < time.monotonic() - started < 3
    assert len(sample.logged("drain_deadline_passed")) == 1 and len(sample.logged("stopped")) == 1


def test_a_second_signal_ends_at_once(start):
    sample = start(sample_never_drains="true")
    sample.signal()
    time.sleep(0.2)
    sample.signal()
    assert sample.wait(2) == 0
    assert len(sample.logged("stopped")) == 1


def test_a_signal_ends_a_stop_that_hangs(start):
    sample = start(sample_hangs_in_stop="true")
    sample.signal()
    time.sleep(0.3)
    sample.signal()
    assert sample.wait(2) == 0


def test_an_answer_after_the_server_is_gone_is_harmless(start):
    sample = start(service_drain_deadline="100ms")
    with sample.connect() as kept:
        kept.sendall(b"GET /kept HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.1)
        sample.signal()
        assert read_all(kept) == b""
    assert sample.wait() == 0


def test_a_stop_waits_for_running_handlers_and_passes_over_the_rest(start):
    sample = start(sample_threads=2, service_drain_deadline="100ms")
    connections = [sample.connect() for _ in range(30)]
    for connection in connections:
        connection.sendall(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(0.1)
    sample.signal()
    started = time.monotonic()
    assert sample.wait() == 0
    assert time.monotonic() - started < 2  # all 30 would take 4.5 s
    for connection in connections:
        connection.close()


def test_a_port_that_is_taken_fails_the_start(start):
    sample = start()
    result = run(admin_listen=f"127.0.0.1:{sample.admin_port}")
    assert result.returncode == 1
    first, last = (json.loads(line) for line in result.stderr.splitlines())
    assert first["event"] == "start_failed" and f"cannot listen on 127.0.0.1:{sample.admin_port}: Address already in use" in first["msg"]
    assert last["event"] == "stopped"


def test_an_address_that_is_none_fails_the_start():
    result = run(admin_listen="localhost:80")
    assert result.returncode == 1 and "is not an address to listen on" in result.stderr


def test_it_leaves_no_core(start):
    sample = start()
    limits = open(f"/proc/{sample.process.pid}/limits").read()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)
