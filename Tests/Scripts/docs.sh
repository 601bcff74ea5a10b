#!/usr/bin/env bash
# Builds the documentation of the library into a folder (default .build/docs); any warning fails.
#
#   Tests/Scripts/docs.sh [FOLDER]
#   python3 -m http.server --directory .build/docs   # then /documentation/stillwater
set -euo pipefail
cd "$(dirname "$0")/../.."
symbols=$(mktemp -d)
trap 'rm -r "$symbols"' EXIT
graphs=$(swift package dump-symbol-graph --minimum-access-level public --skip-synthesized-members |
  sed -n 's/^Files written to //p')
cp "$graphs/Stillwater.symbols.json" "$symbols"
docc convert Sources/Stillwater/Stillwater.docc --additional-symbol-graph-dir "$symbols" \
  --fallback-bundle-identifier stillwater --warnings-as-errors --output-dir "${1:-.build/docs}"
