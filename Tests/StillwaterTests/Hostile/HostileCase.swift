import Foundation
import Testing

/// One file, what is done with it, and what must come of it; see `Fixtures/hostile/README.md`.
struct HostileCase: Sendable, CustomTestStringConvertible {
  var rules: [String]
  var name: String
  var schema = HostileSchema.table

  // What is there.
  var input: [UInt8]?
  var inputName = "in.csv"
  var files: [(name: String, bytes: [UInt8])] = []
  var shell: [String] = []
  var isPiped = false

  // What is done.
  var command = "score"
  var options: [String] = []

  // What must hold.
  var code: Int32 = 0
  var says: [String] = []
  var prints: [String] = []
  var warns: [String] = []
  var hidden: [[UInt8]] = []
  var lines: [Int]?
  var rowCount: Int?
  var twin: [UInt8]?
  var setAside: [SetAside] = []
  var written: [(name: String, bytes: [UInt8])] = []

  /// A row in the file of rejects.
  struct SetAside: Sendable {
    let line: String
    let column: String
    let reason: String
  }

  var testDescription: String { "\(rules.joined(separator: " ")) \(name)" }

  /// What the program is told.
  var arguments: [String] {
    let input = isPiped ? "-" : inputName
    switch command {
    case "score":
      return ["score", input, "--model", "m", "--output", "out.csv", "--keep", "none"] + options
    case "train": return ["train", input, "--model", "new", "--quality", "fast"] + options
    case "calibrate": return ["calibrate", input, "--model", "m", "--output", "new"] + options
    case "evaluate": return ["evaluate", input, "--output", "new"] + options
    case "inspect": return ["inspect", input] + options
    case "run": return ["run", "p.yaml"] + options
    default: return options
    }
  }
}

extension HostileCase {
  /// All cases of the table.
  static let all: [HostileCase] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/hostile")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".cases") }.sorted().flatMap { name in
      cases(in: (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? "")
    }
  }()

  /// A case begins with a line at the margin, `R4 R5 name`, and goes on with indented ones.
  private static func cases(in text: String) -> [HostileCase] {
    var cases: [HostileCase] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix(" ") {
        cases[cases.count - 1].take(line.drop { $0 == " " })
      } else {
        let words = line.split(separator: " ").map(String.init)
        cases.append(HostileCase(rules: words.dropLast(), name: words.last ?? ""))
      }
    }
    return cases
  }

  private mutating func take(_ line: Substring) {
    let key = line.prefix { $0 != " " }
    let rest = line[key.endIndex...].drop { $0 == " " }
    switch key {
    case "schema": schema = HostileSchema(rawValue: String(rest)) ?? .table
    case "in": input = (input ?? []) + bytes(rest)
    case "as": inputName = text(rest)
    case "file": files.append(named(rest))
    case "sh": shell.append(String(rest))
    case "piped": isPiped = true
    case "do":
      let words = rest.split(separator: " ").map { text($0) }
      (command, options) = (words[0], Array(words.dropFirst()))
    case "exit": code = Int32(rest) ?? -1
    case "says": says.append(text(rest))
    case "prints": prints.append(text(rest))
    case "warns": warns.append(text(rest))
    case "hides": hidden.append(bytes(rest))
    case "lines": lines = rest.split(separator: " ").map { Int($0) ?? -1 }
    case "rows": rowCount = Int(rest)
    case "twin": twin = (twin ?? []) + bytes(rest)
    case "aside": setAside.append(aside(rest))
    case "writes": written.append(named(rest))
    default: Issue.record("\(name): unknown key \(key)")
    }
  }

  private func bytes(_ text: some StringProtocol) -> [UInt8] {
    var escaped = EscapedBytes(text, schema)
    guard let bytes = escaped.bytes() else {
      Issue.record("\(name): unknown escape in \(text)")
      return []
    }
    return bytes
  }

  private func text(_ text: some StringProtocol) -> String {
    String(decoding: bytes(text), as: UTF8.self)
  }

  private func named(_ rest: Substring) -> (name: String, bytes: [UInt8]) {
    let name = rest.prefix { $0 != " " }
    return (text(name), bytes(rest[name.endIndex...].dropFirst()))
  }

  /// `line column reason`; `-` is no column.
  private func aside(_ rest: Substring) -> SetAside {
    let parts = rest.split(separator: " ", maxSplits: 2).map(String.init)
    return SetAside(line: parts[0], column: parts[1] == "-" ? "" : parts[1], reason: parts[2])
  }
}
