import Foundation
import TestSupport
import Testing

/// Every key of every JSON that the program writes is in snake_case.
@Suite struct JSONSpellingTests {
  /// Keys with anything but small letters, digits and underscores, wherever they are; texts that hold
  /// JSON themselves, as in the metadata of a model, are looked into.
  private func oddKeys(_ value: Any) -> [String] {
    switch value {
    case let object as [String: Any]:
      object.flatMap { key, value in
        (key.wholeMatch(of: /[a-z0-9_.]+/) == nil ? [key] : []) + oddKeys(value)
      }
    case let list as [Any]: list.flatMap(oddKeys)
    case let text as String where text.hasPrefix("{") || text.hasPrefix("["):
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))).map(oddKeys) ?? []
    default: []
    }
  }

  private func oddKeys(_ bytes: some Sequence<UInt8>) throws -> [String] {
    oddKeys(try JSONSerialization.jsonObject(with: Data(bytes)))
  }

  private static let pipeline = """
    version: 1
    model: m
    columns: {label: label, ROLE}
    train: {files: base.csv, quality: balanced}
    calibrate: {files: test.csv, output: m2, method: evt, false_alarm_rate: 0.001}
    score: {files: test.csv, output: out.csv, keep: all}
    evaluate: {output: metrics.json}
    """

  private func rows(_ range: Range<Int>) -> String {
    let rows = range.map { row in
      let value = sin(Double(row) / 6) + Double(row * 7 % 11) / 50 + (row % 90 == 70 ? 6 : 0)
      return "\(row * 60),\(value),\(row % 3),\(row % 90 == 70 ? 1 : 0)\n"
    }
    return "time,v,w,label\n" + rows.joined()
  }

  @Test(arguments: ["ignore: [time]", "time: time"])
  func keysHaveOneSpelling(columns: String) throws {
    let folder = try Workdir()
    try folder.write("base.csv", rows(0..<300))
    try folder.write("test.csv", rows(300..<500))
    try folder.write("p.yaml", Self.pipeline.replacing("ROLE", with: columns))
    let run = try folder.run("run", "p.yaml")
    try #require(run.code == 0, "\(run.errors)")
    let arguments = ["test.csv", "--model", "m2"]
    for command in [
      ["score"] + arguments + [
        "--format", "ndjson", "--explain", "--output", "out.ndjson", "--json",
      ],
      ["evaluate"] + arguments + ["--output", "by-model.json", "--json"],
    ] {
      #expect(try oddKeys(folder.run(command).output.utf8) == [], "\(command)")
    }
    let written = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let files = written.filter { $0.hasSuffix(".json") }
    #expect(files.count == 12, "\(files)")
    for name in files { #expect(try oddKeys(folder.read(name).utf8) == [], "\(name)") }
    let metrics = try folder.read("by-model.json")
    for key in ["best_f1_threshold", "f1_at_true_rate", "false_alarms_per_thousand"] {
      #expect(metrics.contains("\"\(key)\""), "\(key)")
    }
    #expect(metrics.contains("\"vus_pr\"") == (columns == "time: time"))
    let lines = try folder.read("out.ndjson").split(separator: "\n")
    #expect(lines.count == 200)
    for line in lines { #expect(try oddKeys(line.utf8) == []) }
    for path in ["base.csv", "m2"] {
      #expect(try oddKeys(folder.run("inspect", path, "--json").output.utf8) == [])
    }
    let model = try Data(contentsOf: URL(fileURLWithPath: folder.file("m2")))
    let length = model.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(try oddKeys(model.dropFirst(8).prefix(length)) == [])
  }
}
