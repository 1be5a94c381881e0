# shellcheck shell=bash
# The cache for what is built or fetched once: outside the source tree, shared by all checkouts.
# Each artifact is a folder named after the hash of its recipe (the file that says how it is made),
# so a changed recipe is another folder and two checkouts never disturb each other.
# cmake/dependencies.cmake and deploy/local/cache.py compute the same paths.

cache_root="${KT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/keeptrusts-webhooks}"

# cache_path NAME RECIPE
cache_path() {
    printf '%s/%s-%s\n' "$cache_root" "$1" "$(sha256sum "$2" | cut -c 1-12)"
}

# cache_has NAME RECIPE
cache_has() {
    [[ -e "$(cache_path "$1" "$2")/.complete" ]]
}

# cache_fill NAME RECIPE COMMAND…: runs COMMAND with the folder to fill as its last argument.
# A folder without the mark of completion is what an interrupted run left, and is made anew.
cache_fill() {
    local path
    path="$(cache_path "$1" "$2")"
    shift 2
    rm -rf "$path"
    mkdir -p "$path"
    "$@" "$path"
    touch "$path/.complete"
}

# check_sha256 FILE SUM
check_sha256() {
    printf '%s  %s\n' "$2" "$1" | sha256sum --check --quiet -
}
