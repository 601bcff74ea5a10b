#!/usr/bin/env bash
# Names each dependency of a target in Package.swift that no file of the target imports.
#
# The other way round, an import that is not declared, is the compiler's to find (test.sh).
set -euo pipefail
cd "$(dirname "$0")/../.."
swift package dump-package | python3 -c '
import json, pathlib, re, sys
unused = []
for target in json.load(sys.stdin)["targets"]:
    kind = "Tests" if target["type"] == "test" else "Sources"
    folder = pathlib.Path(target.get("path") or kind + "/" + target["name"])
    text = "\n".join(file.read_text() for file in folder.rglob("*.swift"))
    imported = set(re.findall(r"^ *(?:@\w+ )?(?:package |public )?import (\w+)", text, re.M))
    for dependency in target["dependencies"]:
        name = next(iter(dependency.values()))[0]
        # The tests run the program, so it is built for them.
        if name not in imported and name != "StillwaterCLI":
            unused.append(target["name"] + " does not import " + name)
print("\n".join(unused), end="")
sys.exit(1 if unused else 0)'
