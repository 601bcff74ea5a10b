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
# Ranked into a file: a reader that stops early would end `sort` with a broken pipe.
tail -n +2 .build/quickstart/scores.csv | sort -t, -k18,18gr >.build/quickstart/ranked.csv
head -1 .build/quickstart/scores.csv | cut -d, -f"$columns"
head -5 .build/quickstart/ranked.csv | cut -d, -f"$columns"
