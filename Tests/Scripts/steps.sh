# Runs commands as steps and tells at the end how long each took: `source` this file.
#
#   step NAME COMMAND...       runs a command
#   beside NAME COMMAND...     runs one in the background
#   join                       waits for that one, shows what it said, and fails if it failed
#
# A script that another one calls adds its steps to the list of that one. The commands are programs
# or scripts, for `set -e` does not reach into functions here.
if [ -z "${STEP_TIMES:-}" ]; then
  STEP_TIMES=$(mktemp)
  export STEP_TIMES
  trap end_steps EXIT
fi

step() { # NAME COMMAND...
  local name=$1 code=0 times TIMEFORMAT='%R %U %S'
  times=$(mktemp)
  shift
  echo "== $name"
  { time "$@" 2>&3; } 3>&2 2>"$times" || code=$?
  echo "$(tail -1 "$times") $name" >>"$STEP_TIMES"
  rm "$times"
  [ "$code" -eq 0 ] || echo "failed: $name" >&2
  return "$code"
}

beside() { # NAME COMMAND...
  beside_output=$(mktemp)
  set -m # a group of its own, which ends as a whole when another step fails
  step "$@" >"$beside_output" 2>&1 &
  set +m
  beside_job=$!
}

join() {
  local code=0
  wait "$beside_job" || code=$?
  beside_job=
  cat "$beside_output"
  rm "$beside_output"
  return "$code"
}

end_steps() {
  [ -z "${beside_job:-}" ] || kill -- "-$beside_job" 2>/dev/null || true
  printf '\n%9s %9s  %s\n' seconds 'CPU s' step
  awk '{ printf "%9.1f %9.1f  ", $1, $2 + $3; $1 = $2 = $3 = ""; print substr($0, 4) }' "$STEP_TIMES"
  rm "$STEP_TIMES"
}
