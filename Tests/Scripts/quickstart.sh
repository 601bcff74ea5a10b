#!/usr/bin/env bash
# Builds Stillwater and runs the main job: learn normal payments, score new ones, judge the scores.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash Tests/Scripts/setup.sh
swift build -c release --product stillwater
.build/release/stillwater run pipelines/quickstart.yaml
echo
echo "The most abnormal payments (.build/quickstart/scores.csv has them all):"
sort -t, -k18,18gr .build/quickstart/scores.csv | head -5 | cut -d, -f1-3,8,15-21
