#!/usr/bin/env bash
# Installs the C libraries that Stillwater links, where they are missing (Debian and Ubuntu), and the
# PACKAGES that are named.
#
#   Tests/Scripts/setup.sh [PACKAGES]
set -euo pipefail
packages=(libcsv-dev libopenblas-dev zlib1g-dev libzstd-dev libssl-dev "$@")
command -v swift >/dev/null || {
  echo "Swift 6.2 or newer is needed: https://www.swift.org/install" >&2
  exit 1
}
command -v dpkg-query >/dev/null || exit 0
missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) || status=""
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
