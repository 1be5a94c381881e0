# shellcheck shell=bash
# llhttp 9.3.0 as a static archive, from the PyPI source package that carries its three C files.

build_llhttp() {
    local prefix="$1" work="$1/source"
    mkdir "$work"
    cd "$work"
    /usr/bin/python3 -m pip download --quiet --no-deps --no-binary httptools 'httptools==0.7.1'
    check_sha256 httptools-0.7.1.tar.gz \
        abd72556974f8e7c74a259655924a717a2365b236c882c3f6f8a45fe94703ac9
    tar -xzf httptools-0.7.1.tar.gz httptools-0.7.1/vendor/llhttp
    cd httptools-0.7.1/vendor/llhttp
    gcc -std=c11 -O2 -g -fPIC -fstack-protector-strong -Iinclude -c src/api.c src/http.c src/llhttp.c
    mkdir "$prefix/lib"
    ar rcs "$prefix/lib/libllhttp.a" api.o http.o llhttp.o
    install -D -m 644 -t "$prefix/include" include/llhttp.h
    install -m 644 LICENSE "$prefix/LICENSE"
    cd "$prefix"
    rm -rf "$work"
}
