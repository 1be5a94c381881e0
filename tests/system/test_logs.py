"""Runs last: no secret, token or payload is in any log, whatever the tests before did."""


def test_no_log_holds_a_secret(stack, canary):
    needles = [canary, stack.token, "whsec_"]
    found = []
    for log in stack.logs():
        text = log.read_text(errors="replace")
        found += [f"{log.name}: {needle[:6]}…" for needle in needles if needle in text]
    assert found == []


def test_no_program_reported_an_error_of_its_own_making(stack):
    """Sanitizers, asserts and crashes leave their marks in the logs."""
    marks = ("AddressSanitizer", "runtime error:", "Assertion", "core dumped", "LeakSanitizer")
    found = [f"{log.name}: {mark}" for log in stack.logs() for mark in marks if mark in log.read_text(errors="replace")]
    assert found == []
