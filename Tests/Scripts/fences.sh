#!/usr/bin/env bash
# What the sources keep to beyond what the compiler checks.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Fails when a file outside ALLOWED matches PATTERN.
fence() { # RULE PATTERN [ALLOWED]
  if grep -rnE "$2" Sources --include='*.swift' | grep -vE "^Sources/${3:-$}"; then
    echo "$1" >&2
    exit 1
  fi
}

fence "unsafe code stays in Compute/Bridge, Files/Bridge and Ingestion/CSVParser*" '\bunsafe\b' \
  '(Compute/Bridge/|Files/Bridge/|Ingestion/CSVParser)'
fence "public declarations stay in Stillwater and StillwaterCLI" '^ *(public|open) [a-z]' \
  '(Stillwater|StillwaterCLI)/'
fence "nothing gives up on bad input" 'fatalError\(|try!|\bas!'
