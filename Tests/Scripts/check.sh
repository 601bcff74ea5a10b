#!/usr/bin/env bash
# What must hold before a change lands: format, fences, tests, cases of the fuzzers, benchmarks.
set -euo pipefail
cd "$(dirname "$0")/../.."
source Tests/Scripts/steps.sh
step format swift format lint --strict --recursive --parallel Sources Tests data Package.swift
step fences bash Tests/Scripts/fences.sh
step dependencies bash Tests/Scripts/dependencies.sh
step build bash Tests/Scripts/build.sh
beside replay bash Tests/Scripts/replay.sh --built
step tests bash Tests/Scripts/test.sh --built
join
step "speed bench" .build/release/stillwater-bench speed --part startup,reading --megabytes 2
