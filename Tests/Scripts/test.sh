#!/usr/bin/env bash
# Builds and runs all tests.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash Tests/Scripts/setup.sh
# The import check makes the compiler hold every target to the modules it may use.
swift build -c release --build-tests --explicit-target-dependency-import-check error
swift test -c release --skip-build "$@"
