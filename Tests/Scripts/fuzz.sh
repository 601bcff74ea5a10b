#!/usr/bin/env bash
# Fuzzes the readers of outside bytes with libFuzzer, the address sanitizer and, for C and C++, that
# of undefined behaviour.
#
#   Tests/Scripts/fuzz.sh [SECONDS [TARGET...]]
#
# Each target runs for SECONDS (60). What it finds lies in .build/fuzzing/found/TARGET; make it a
# test before it is mended, then a case of Tests/Fuzzing/corpus/TARGET.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
[ "$#" -gt 0 ] || set -- number time csv pipeline model
build=.build/fuzzing
swift build -c release --scratch-path "$build" --product stillwater-fuzz \
  -Xswiftc -DFUZZING -Xswiftc -sanitize=fuzzer,address \
  -Xswiftc -use-ld=lld \
  -Xcc -fsanitize=fuzzer-no-link,address,undefined -Xcc -fno-sanitize=vptr,function \
  -Xcc -fno-sanitize-recover=undefined
for target in "$@"; do
  mkdir -p "$build/grown/$target" "$build/found/$target"
  # No leak checks, for Swift keeps caches to the end.
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 OPENBLAS_NUM_THREADS=1 \
    SWIFT_BACKTRACE=enable=no \
    "$build/release/stillwater-fuzz" "$target" -max_total_time="$seconds" -timeout=5 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/found/$target/" \
    "$build/grown/$target" "Tests/Fuzzing/corpus/$target"
done
