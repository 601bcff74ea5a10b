#!/usr/bin/env bash
# Writes the seeds of the fuzzer of model files with the present build: run it when their format
# changes.
#
#   Tests/Scripts/model-corpus.sh
#
# `table` is a whole file. The `-open` ones are the text of a header, a NUL and the payload, which
# the fuzzer seals again with right lengths and checksums after each change; of the networks the
# header stands alone, for the fuzzer fills up what is missing with ones.
set -euo pipefail
cd "$(dirname "$0")/../.."
stillwater=$PWD/.build/release/stillwater
corpus=$PWD/Tests/Fuzzing/corpus/model
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

{
  echo t,a,b,side
  for row in $(seq 0 23); do
    [ $((row % 3)) -gt 0 ] && side=up || side=down
    echo "$((row * 60)),$((row * 37 % 29 - 14)).5,$((row * 11 % 7)),$side"
  done
} > base.csv

# Takes the length off the front and the padding off the header's end.
open() { # MODEL SEED [header alone]
  python3 - "$@" <<'PYTHON'
import sys
model, seed = (open(sys.argv[1], "rb").read(), sys.argv[2])
end = 8 + int.from_bytes(model[:8], "little")
payload = model[end:] if len(sys.argv) < 4 else b""
open(seed, "wb").write(model[8:end].rstrip(b" ") + b"\0" + payload)
PYTHON
}

train() { "$stillwater" train base.csv --quiet --threads 1 "$@"; }
train --ignore t --quality fast --model table
train --ignore t --quality balanced --exemplars none --model network
train --time t --quality fast --model series
train --time t --quality fast --causal --model causal
train --time t --quality balanced --model series-network
cp table "$corpus/table"
open table "$corpus/table-open"
open series "$corpus/series-open"
open causal "$corpus/causal-open"
open network "$corpus/network-open" header
open series-network "$corpus/series-network-open" header
