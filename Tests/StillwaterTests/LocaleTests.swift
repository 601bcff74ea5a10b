import Foundation
import TestSupport
import Testing

/// The same bytes come out wherever on earth the program runs.
@Suite(.slow) struct LocaleTests {
  private static let environments: [[String: String]] = [
    ["LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kathmandu"],
    ["LC_ALL": "tr_TR.UTF-8", "TZ": "America/New_York"],
    ["LANG": "ar_EG.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "TZ": "Africa/Casablanca"],
    ["LC_ALL": "zh_CN.GB18030", "LANGUAGE": "zh", "TZ": "nowhere"],
  ]
  private static let plain = ["LC_ALL": "C", "TZ": "UTC"]

  /// Training, scoring, judging and inspecting; returns all files and what was printed.
  private func results(
    _ schema: HostileSchema, training: [String], _ environment: [String: String]
  ) throws -> [String: Data] {
    let folder = try Workdir()
    let dialect = schema == .german ? ["--delimiter", "semicolon", "--decimal", "comma"] : []
    try folder.write("b.csv", schema.header + "\n" + schema.rows(120, from: 0))
    try folder.write("t.csv", schema.header + "\n" + schema.rows(60, from: 500))
    var files: [String: Data] = [:]
    for (number, arguments) in [
      ["train", "b.csv", "--model", "m", "--quality", "fast"] + training + dialect,
      ["score", "t.csv", "--model", "m", "--output", "out.csv", "--explain"],
      ["score", "t.csv", "--model", "m", "--output", "out.ndjson", "--format", "ndjson"],
      ["inspect", "t.csv", "--json"] + dialect, ["inspect", "m", "--json"],
    ].enumerated() {
      let run = try folder.run(arguments, input: [], environment: environment)
      #expect(run.code == 0, "\(environment) \(arguments): \(run.errors)")
      files["output \(number)"] = Data((run.output + run.errors).utf8)
    }
    for name in ["m", "out.csv", "out.ndjson"] {
      files[name] = FileManager.default.contents(atPath: folder.file(name))
    }
    return files
  }

  @Test(
    arguments: [
      (HostileSchema.german, []), (.series, ["--time", "time"]), (.table, []),
    ] as [(HostileSchema, [String])])
  func outputsDoNotDependOnLocaleAndZone(schema: HostileSchema, training: [String]) throws {
    let expected = try results(schema, training: training, Self.plain)
    #expect(expected.count == 8)
    for environment in Self.environments {
      let found = try results(schema, training: training, environment)
      for (name, data) in expected { #expect(found[name] == data, "\(name) under \(environment)") }
    }
  }
}
