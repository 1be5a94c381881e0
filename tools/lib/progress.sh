# shellcheck shell=bash
# One line per step: its number, its title, its result, its time. Output of the steps goes to a log.
# The caller sets step_count, step_total and step_log.

# step TITLE COMMAND…
step() {
    local title="$1" started=$SECONDS status
    shift
    step_count=$((step_count + 1))
    printf '[%d/%d] %-52s ' "$step_count" "$step_total" "$title"
    printf '\n== %s\n' "$title" >>"$step_log"
    set +e # a subshell in a condition would ignore errors inside the step
    (
        set -e
        "$@"
    ) >>"$step_log" 2>&1
    status=$?
    set -e
    if ((status != 0)); then
        step_failed "$title" "$status"
    fi
    printf 'done in %d s\n' "$((SECONDS - started))"
}

# step_skipped TITLE
step_skipped() {
    step_count=$((step_count + 1))
    printf '[%d/%d] %-52s there already\n' "$step_count" "$step_total" "$1"
}

step_failed() {
    printf 'FAILED (exit %d)\n\n' "$2"
    tail -n 20 "$step_log" >&2
    printf '\n%s failed; the whole log: %s\n' "$1" "$step_log" >&2
    exit 1
}
