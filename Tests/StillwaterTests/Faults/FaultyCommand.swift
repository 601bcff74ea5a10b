/// A command whose calls are disturbed, with its output and what stands there before.
struct FaultyCommand: CustomStringConvertible, Sendable {
  let arguments: [String]
  let output: String
  let replaces: Bool

  var description: String { arguments[0] + (replaces ? " over old files" : "") }

  /// Old files under the names that the command writes.
  var old: [String: String] {
    replaces
      ? [output: "old", output + ".summary.json": "{\"old\":1}", output + ".rejects.csv": "old"]
      : [:]
  }

  static let all = [false, true].flatMap { replaces in
    [
      (["train", "base.csv", "--model", "n", "--quality", "fast"], "n"),
      (["calibrate", "fresh.csv", "--model", "m", "--output", "n"], "n"),
      (["score", "test.csv", "--model", "m", "--output", "s.csv"], "s.csv"),
      (
        [
          "score", "damaged.csv", "--model", "m", "--output", "d.csv", "--on-bad-rows",
          "quarantine",
        ], "d.csv"
      ),
      (["evaluate", "judged.csv", "--output", "e.json"], "e.json"),
    ].map { FaultyCommand(arguments: $0.0, output: $0.1, replaces: replaces) }
  }

  static func resuming(_ training: LongTraining) -> FaultyCommand {
    FaultyCommand(arguments: training.arguments + ["--resume"], output: "n", replaces: true)
  }

  static let run = FaultyCommand(arguments: ["run", "p.yaml"], output: "out/m", replaces: false)

  /// What is wrong with the files that a disturbed run left: half a file under a final name, a
  /// summary beside an output that it does not describe.
  func faults(in after: Snapshot, before: Snapshot, good: Snapshot) -> [String] {
    var faults: [String] = []
    for (name, data) in after where !isOurs(name) {
      if data != before[name], data != good[name] {
        faults.append("\(name) is neither old nor new")
      }
    }
    for (name, data) in after where name.hasSuffix(".summary.json") && !isOurs(name) {
      let output = String(name.dropLast(13))
      if data == good[name], after[output] != good[output] {
        faults.append("\(name) is there before \(output)")
      }
      if data != good[name], after[output] == good[output], before[output] != good[output] {
        faults.append("\(name) is not of the new \(output)")
      }
    }
    return faults
  }

  /// Temporaries, locks and checkpoints, which no reader takes for results.
  private func isOurs(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    return last == ".stillwater.lock" || last.hasSuffix(".checkpoint") || Self.isTemporary(name)
  }

  static func isTemporary(_ name: String) -> Bool {
    name.contains(".stillwater-") && name.hasSuffix(".tmp")
  }
}
