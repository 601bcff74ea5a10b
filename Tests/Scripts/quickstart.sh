#!/usr/bin/env bash
# Builds Stillwater and runs the main job: learn normal payments, score new ones, judge the scores.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash Tests/Scripts/setup.sh
swift build -c release --product stillwater
.build/release/stillwater run pipelines/quickstart.yaml
echo
echo "The most abnormal payments; .build/quickstart/scores.csv has them all:"
columns=1,2,3,8,18,21
head -1 .build/quickstart/scores.csv | cut -d, -f"$columns"
tail -n +2 .build/quickstart/scores.csv | sort -t, -k18,18gr | sed 5q | cut -d, -f"$columns"
