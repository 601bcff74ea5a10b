#!/usr/bin/env bash
# Builds and runs the tests.
#
#   Tests/Scripts/test.sh [--unit] [--built] [OPTIONS OF swift test]
#
# --unit leaves out what trains models or starts the program often, and takes seconds; --built runs
# what build.sh has built.
set -euo pipefail
cd "$(dirname "$0")/../.."
built=
while true; do
  case ${1:-} in
  --unit) export STILLWATER_UNIT_TESTS=1 ;;
  --built) built=1 ;;
  *) break ;;
  esac
  shift
done
[ -n "$built" ] || bash Tests/Scripts/build.sh

# The program finds out at its start which kernels the BLAS library should use and starts anew with
# them; so the tests do, and the program within them need not.
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
kernels=$(printf '%s\n' x {1..5}.{1..9} |
  .build/release/stillwater train - --model "$scratch/m" --quality fast --verbose 2>&1 |
  sed -n 's/^BLAS kernels: //p')
export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-${kernels:?the program names no kernels}}
export OPENBLAS_NUM_THREADS=1
swift test -c release --skip-build --disable-xctest "$@"
