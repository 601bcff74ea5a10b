import Foundation
import TestSupport
import Testing

/// A case in a folder of its own, after the program has run.
struct HostileRun {
  let testCase: HostileCase
  let folder: Workdir
  let outcome: Workdir.Outcome

  init(_ testCase: HostileCase) throws {
    self.testCase = testCase
    folder = try Workdir()
    try FileManager.default.copyItem(atPath: testCase.schema.model(), toPath: folder.file("m"))
    if let input = testCase.input {
      let name = testCase.command == "run" ? "p.yaml" : testCase.inputName
      try folder.writeBytes(name, input)
    }
    for file in testCase.files { try folder.writeBytes(file.name, file.bytes) }
    for line in testCase.shell { try folder.shell(line) }
    outcome = try folder.run(
      testCase.arguments, input: testCase.isPiped ? testCase.input ?? [] : [])
  }

  /// Command, exit code and messages, for a case that fails.
  private var story: Comment {
    """
    \(testCase.testDescription): stillwater \(testCase.arguments.joined(separator: " "))
    exit code \(outcome.code), expected \(testCase.code)
    standard error: \(outcome.errors)standard output: \(outcome.output.prefix(2_000))
    """
  }

  func check() throws {
    #expect(outcome.code == testCase.code, story)
    checkMessages()
    guard outcome.code == testCase.code else { return }
    if testCase.code == 0 || testCase.code == 3 { try checkResult() } else { checkRefusal() }
    for (name, bytes) in testCase.written {
      let data = FileManager.default.contents(atPath: folder.file(name)) ?? Data()
      #expect(data.firstRange(of: Data(bytes)) != nil, "\(name) in \(story)")
    }
  }

  private func checkMessages() {
    for text in testCase.says { #expect(outcome.errors.contains(text), "\(text) in \(story)") }
    for text in testCase.prints { #expect(outcome.output.contains(text), "\(text) in \(story)") }
    for bytes in testCase.hidden {
      let shown = Array((outcome.errors + outcome.output).utf8)
      #expect(shown.firstRange(of: bytes) == nil, "\(bytes) in \(story)")
    }
    #expect(!outcome.errors.contains("Fatal error"), story)
    // Whatever the files hold, a terminal is shown no control characters.
    let isPlain = outcome.errors.unicodeScalars.allSatisfy { scalar in
      scalar == "\n" || scalar.properties.generalCategory != .control
    }
    #expect(isPlain, story)
  }

  /// Nothing stands under the name of an output, and the message tells whose it is.
  private func checkRefusal() {
    if testCase.command != "raw" {
      let names = testCase.command == "score" ? ["out.csv", "out.csv.summary.json"] : ["new"]
      for name in names { #expect(!folder.exists(name), "\(name) in \(story)") }
      #expect(outcome.output.isEmpty, story)
    }
    let start = testCase.code == 64 ? "" : "stillwater: error: "
    #expect(outcome.errors.hasPrefix(start) && !outcome.errors.isEmpty, story)
  }

  private func checkResult() throws {
    switch testCase.command {
    case "score":
      try checkScores()
      try checkSummary("out.csv", used: "rows_scored")
    case "train": try checkSummary("new", used: "rows_used")
    case "calibrate", "evaluate": try checkSummary("new", used: nil)
    default: break
    }
  }

  private func checkSummary(_ output: String, used: String?) throws {
    let data = Data(try folder.read(output + ".summary.json").utf8)
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let summary = try #require(object, story)
    func number(_ key: String) -> Int { summary[key] as? Int ?? 0 }
    let counted = number("rows_used") + number("rows_scored") + number("rows_left_out")
    #expect(number("rows_in") == counted + number("rows_quarantined"), story)
    if let count = testCase.rowCount, let used { #expect(number(used) == count, story) }
    #expect(number("rows_quarantined") == testCase.setAside.count, story)
    let warnings = (summary["warnings"] as? [String] ?? []).joined(separator: "\n")
    for text in testCase.warns { #expect(warnings.contains(text), "\(text) in \(story)") }
    try checkRejects(output)
  }

  private func checkRejects(_ output: String) throws {
    let name = output + ".rejects.csv"
    guard !testCase.setAside.isEmpty else { return #expect(!folder.exists(name), story) }
    let data = FileManager.default.contents(atPath: folder.file(name)) ?? Data()
    let text = String(decoding: data, as: UTF8.self)
    for row in testCase.setAside {
      let start = "\(testCase.isPiped ? "-" : testCase.inputName),\(row.line),\(row.column),"
      let found = text.split(separator: start, omittingEmptySubsequences: false).dropFirst()
      #expect(found.contains { $0.prefix(120).contains(row.reason) }, "\(start) in \(text)\(story)")
    }
  }

  private func checkScores() throws {
    let rows = try scores(in: "out.csv")
    for row in rows { #expect(row.isSound, "\(row.cells) of \(story)") }
    if let lines = testCase.lines { #expect(rows.map(\.line) == lines, story) }
    if let count = testCase.rowCount { #expect(rows.count == count, story) }
    guard let twin = testCase.twin else { return }
    try folder.writeBytes("twin.csv", twin)
    let run = try folder.run(
      "score", "twin.csv", "--model", "m", "--output", "twin", "--keep", "none")
    #expect(run.code == 0, "the clean twin of \(testCase.name): \(run.errors)")
    #expect(rows.map(\.cells) == (try scores(in: "twin").map(\.cells)), story)
  }

  /// One line of scores.
  private struct Scored {
    let line: Int
    /// Score, its ratio to the threshold, p-value, flag and what follows.
    let cells: [Substring]

    /// Whether all is there and finite.
    var isSound: Bool {
      guard cells.count >= 4 else { return false }
      let numbers = cells[..<3].compactMap(number)
      guard numbers.count == 3, numbers.allSatisfy(\.isFinite) else { return false }
      return numbers[2] > 0 && numbers[2] <= 1 && ["0", "1"].contains(cells[3]) && line > 1
    }

    private func number(_ text: Substring) -> Double? { Double(text.replacing(",", with: ".")) }
  }

  private func scores(in name: String) throws -> [Scored] {
    // The names of columns may hold line ends; what they begin does not begin with a line's number.
    let records = try folder.read(name).split(separator: "\n").dropFirst().reduce(
      into: [Substring]()
    ) {
      if $1.first?.isWholeNumber == true { $0.append($1) }
    }
    return records.map { line in
      let cells = line.split(
        separator: testCase.schema.delimiter, maxSplits: 5, omittingEmptySubsequences: false)
      return Scored(line: Int(cells[0]) ?? -1, cells: Array(cells.dropFirst()))
    }
  }
}

extension Workdir {
  /// Runs a line of shell in the folder; what it leaves in the background goes on.
  fileprivate func shell(_ line: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    // A descriptor that goes on in the background would make its parent wait for it.
    let detach = "for d in {3..255}; do eval \"exec $d>&-\"; done; "
    process.arguments = ["-c", detach + line]
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(line)")
  }
}
