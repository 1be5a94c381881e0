# shellcheck shell=bash
# librdkafka 2.15.1 as a static archive, from the npm package that carries its source.
# Debian's 2.0.2 is too old: docs/decisions say why. Threads are POSIX ones, which ThreadSanitizer knows; it crashes on C11's.

build_librdkafka() {
    local prefix="$1" work="$1/source"
    mkdir "$work"
    cd "$work"
    npm pack --silent '@confluentinc/kafka-javascript@1.10.1'
    check_sha256 confluentinc-kafka-javascript-1.10.1.tgz \
        ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66
    tar -xzf confluentinc-kafka-javascript-1.10.1.tgz package/deps/librdkafka
    cd package/deps/librdkafka
    ./configure --prefix="$prefix" --no-download --disable-curl --disable-gssapi \
        --disable-c11threads --CFLAGS='-fPIC -fstack-protector-strong'
    make -C src -j "$(nproc)" librdkafka.a
    install -D -m 644 -t "$prefix/include/librdkafka" src/rdkafka.h src/rdkafka_mock.h
    install -D -m 644 -t "$prefix/lib" src/librdkafka.a
    install -m 644 LICENSES.txt "$prefix/LICENSES.txt"
    cd "$prefix"
    rm -rf "$work"
}
