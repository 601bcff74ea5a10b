#!/usr/bin/env bash
# Holds each target to the dependencies that Package.swift declares: it imports all of them and, of the
# modules of the package, no other. (The compiler's own check lets the dependencies of a dependency pass.)
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || bash Tests/Scripts/setup.sh python3
swift package dump-package | python3 -c '
import json, pathlib, re, sys
targets = json.load(sys.stdin)["targets"]
names = {target["name"] for target in targets}
faults = []
for target in targets:
    kind = "Tests" if target["type"] == "test" else "Sources"
    folder = pathlib.Path(target.get("path") or kind + "/" + target["name"])
    text = "\n".join(file.read_text() for file in folder.rglob("*.swift"))
    imported = set(re.findall(r"^ *(?:package |public )?import (\w+)$", text, re.M))
    declared = {next(iter(dependency.values()))[0] for dependency in target["dependencies"]}
    # The tests run the program, so it is built for them.
    unused = declared - imported - {"StillwaterCLI"}
    faults += [target["name"] + " does not import " + name for name in sorted(unused)]
    undeclared = imported & names - declared
    faults += [target["name"] + " does not declare " + name for name in sorted(undeclared)]
print("\n".join(faults), end="")
sys.exit(1 if faults else 0)'
