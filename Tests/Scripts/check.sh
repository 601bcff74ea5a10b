#!/usr/bin/env bash
# What must hold before a change lands: format, the fence round unsafe code, tests.
set -euo pipefail
cd "$(dirname "$0")/../.."

echo "format"
swift format lint --strict --recursive --parallel Sources Tests data Package.swift

echo "unsafe code stays behind its fence"
if grep -rlE '\bunsafe\b' Sources --include='*.swift' |
  grep -vE '^Sources/(Compute/Bridge/|Files/Bridge/|Ingestion/CSVParser)'; then
  echo "the files above use unsafe code outside Compute/Bridge, Files/Bridge, Ingestion/CSVParser*" >&2
  exit 1
fi

echo "public declarations stay in the public face"
if grep -rlE '^ *(public|open) ' Sources --include='*.swift' |
  grep -vE '^Sources/(Stillwater|StillwaterCLI)/'; then
  echo "only Stillwater has public declarations" >&2
  exit 1
fi

echo "every declared dependency is imported"
bash Tests/Scripts/dependencies.sh

echo "nothing gives up on bad input"
if grep -rnE 'fatalError\(|try!|\bas!' Sources --include='*.swift'; then exit 1; fi

bash Tests/Scripts/test.sh
bash Tests/Scripts/replay.sh

echo "the speed bench runs"
swift build -c release --product stillwater-bench
.build/release/stillwater-bench speed --part startup,reading --megabytes 2
