#!/usr/bin/env bash
# Whether the golden tests hold the method: changes its constants one at a time, builds, and expects
# a golden test to fail.
#
#   Tests/Scripts/mutate.sh [NAME...]
#
# Takes about half a minute for each change after a debug build, too long for CI: run it when the
# method or its tests change. A constant that has moved is found wherever it is in Sources; one that
# is spelled differently now, or stands there twice, stops the script: mend its pattern below. Sources
# must be committed, for each change is undone when its tests have run.
set -uo pipefail
cd "$(dirname "$0")/../.."
export OPENBLAS_NUM_THREADS=1

# Name | what stands there, an extended regular expression | what it becomes
changes='
network-weight      | (network[A-Z][a-z]+: Float =) 0\.05$      | \1 0
noise-level-weight  | (noiseLevel[A-Z][a-z]+: Float =) 0\.3$    | \1 0.15
local-share         | (var local[A-Z][a-z]+: Float =) 0\.25$    | \1 0.5
view-temperature    | (viewTemperature =) 0\.03$                | \1 0.3
residual-smoothing  | (kind: \.residual, .*tau:) 40,            | \1 20,
stillness-smoothing | (stillnessTau:) 40,                       | \1 20,
series-sigma        | (windowNoise: \.relative)\(0\.25\)        | \1(0.35)
salient-share       | (salient[A-Z][a-z]+ =) 0\.2$              | \1 0.3
tail-shape          | (tailShape: Float =) 0\.05$               | \1 0.1
normal-bound        | (normalBound =) 3\.5$                     | \1 3.0
blame-floor         | (/ total >=) 0\.05                       | \1 0.1
sigma-maximum       | NoiseRange\(0\.02, 3\)                    | NoiseRange(0.02, 1)
loss-weight         | (seen[A-Z][a-z]+: Float =) 0\.25$         | \1 0
'

die() {
  echo "$*" >&2
  exit 1
}

kept=$(mktemp)
changed=
restore() {
  [ -z "$changed" ] || cp "$kept" "$changed"
  changed=
}
trap 'restore; rm -f "$kept"' EXIT
trap 'exit 130' INT TERM

tests() { swift test --skip-build --filter GoldenTests 2>&1; }

git diff --quiet HEAD -- Sources || die "Sources hold changes that are not committed"
swift build --build-tests >"$kept" 2>&1 || die "$(cat "$kept")"
tests >"$kept" || die "the golden tests fail as it is: $(grep '✘' "$kept")"

survived=0
while IFS='|' read -r name pattern replacement; do
  name=$(xargs <<<"$name")
  [ -n "$name" ] || continue
  [ "$#" -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  pattern=$(sed -E 's/^ //; s/ +$//' <<<"$pattern")
  replacement=${replacement# }
  found=$(grep -rnE --include='*.swift' -- "$pattern" Sources)
  [ "$(grep -c . <<<"$found")" -eq 1 ] || die "$name: not exactly one place: ${found:-none}"
  changed=$(cut -d: -f1 <<<"$found")
  cp "$changed" "$kept"
  sed -i -E "s|$pattern|$replacement|" "$changed"
  [ "$(diff "$kept" "$changed" | grep -c '^>')" -eq 1 ] || die "$name: not exactly one line changed"
  built=$(swift build --build-tests 2>&1) || die "$name: $built"
  if result=$(tests); then
    survived=$((survived + 1))
    failed="NOTHING FAILED"
  else
    failed=$(grep -oE '✘ Test [A-Za-z]+\(' <<<"$result" | sed 's/✘ Test //; s/($//' | sort -u | xargs)
    [ -n "$failed" ] || die "$name: the tests did not run: $result"
  fi
  printf '%-20s %s\n' "$name" "$failed"
  restore
done <<<"$changes"

restore
swift build --build-tests >/dev/null 2>&1
[ "$survived" -eq 0 ] || die "$survived changes went unnoticed"
