#!/usr/bin/env bash
# Replays the cases of the readers of outside bytes, each with seeded changes (under a minute).
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "${1:-}" = --built ] || swift build -c release --product stillwater-fuzz
while read -r target changes; do
  .build/release/stillwater-fuzz "$target" --mutations "$changes" "Tests/Fuzzing/corpus/$target"
done <<'END'
number 2000000
time 2000000
csv 300000
pipeline 200000
model 20000
END
