#!/usr/bin/env bash
# Builds all there is for release, once: programs, benchmarks, fuzzers and tests.
#
# The import check makes the compiler hold every target to the modules that it declares.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash Tests/Scripts/setup.sh
swift build -c release --build-tests --explicit-target-dependency-import-check error
