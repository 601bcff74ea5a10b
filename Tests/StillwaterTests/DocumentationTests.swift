import Foundation
import Stillwater
import Testing

/// What the documentation says of the code.
@Suite struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let catalogue = root.appendingPathComponent("Sources/Stillwater/Stillwater.docc")

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The code of README.md: that it is here means that it compiles.
  private func readme(times: [Int64], flow: [Double]) async throws {
    // README
    var settings = TrainingSettings()
    settings.columns.time = "timestamp"
    settings.format = CSVFormat(delimiter: .semicolon, decimal: .comma)
    settings.badRows = .quarantine(maximum: 100)
    let (detector, report) = try await Detector.train(on: ["baseline.csv"], settings)
    for warning in report.warnings { print(warning) }
    try detector.save(to: "pump.stillwater")

    let rows = detector.score("today.csv")
    for try await row in rows where row.isAnomaly {
      print(row.line, row.score, row.topColumns.map(\.column))
    }
    if let report = await rows.report { print(report.rowsScored, report.badRows.map(\.reason)) }

    let table = RowTable([.times("timestamp", times), .numbers("flow", flow)])
    for try await row in detector.score(table) where row.isAnomaly { print(row.score) }
    // README
  }

  @Test(arguments: ["README.md", "Sources/Stillwater/Stillwater.docc/Stillwater.md"])
  func theSwiftCodeCompiles(path: String) throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let parts = source.components(separatedBy: "    // README\n")
    try #require(parts.count > 2)
    let code = parts[1].components(separatedBy: "\n").map { String($0.dropFirst(4)) }
    let block = "```swift\nimport Stillwater\n\n" + code.joined(separator: "\n") + "```"
    #expect(try Self.text(path).contains(block))
  }

  @Test func everyFileThatIsNamedExists() throws {
    let articles = try FileManager.default.contentsOfDirectory(atPath: Self.catalogue.path)
    let texts = try articles.filter { $0.hasSuffix(".md") }.map {
      try Self.text("Sources/Stillwater/Stillwater.docc/" + $0)
    }
    #expect(texts.count >= 5)
    for text in try texts + [Self.text("README.md")] {
      for match in text.matches(of: /(?:Sources|Tests)\/[\w.+\/-]+\w/) {
        let path = Self.root.appendingPathComponent(String(match.output)).path
        #expect(FileManager.default.fileExists(atPath: path), "\(match.output)")
      }
    }
  }

  /// The table of modules says what the package says.
  @Test func theArchitectureIsThatOfThePackage() throws {
    let article = try Self.text("Sources/Stillwater/Stillwater.docc/Architecture.md")
    var told: [String: Set<String>] = [:]
    for row in article.split(separator: "\n") where row.hasPrefix("| `") {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let imports = cells[1] == "-" ? [] : cells[1].components(separatedBy: ", ")
      for name in cells[0].components(separatedBy: ", ") {
        told[name.trimmingCharacters(in: ["`"])] = Set(imports)
      }
    }
    let package = try Self.text("Package.swift")
    let stages = package.matches(of: /stage\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?\s*\)/)
    #expect(stages.count >= 11)
    for stage in stages {
      let names = (stage.output.2 ?? "").split { !$0.isLetter && !$0.isNumber }.map(String.init)
      let imports = Set(names.map { $0 == "yams" ? "Yams" : $0 })
      #expect(told[String(stage.output.1)] == imports, "\(stage.output.1)")
    }
  }
}
