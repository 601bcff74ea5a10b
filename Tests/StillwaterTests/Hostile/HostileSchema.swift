import Foundation
import Synchronization
import TestSupport

/// Columns that the hostile files have or should have; one model is trained for each.
enum HostileSchema: String, CaseIterable, Sendable {
  /// Two numbers and a category.
  case table
  /// The same with semicolons and decimal commas, and `-` for missing.
  case german
  /// A value each minute.
  case series
  /// The same for two machines in one file, at times in milliseconds.
  case machines
  /// Names that are told apart by bytes alone or look like something else.
  case names
  /// One column.
  case single

  var header: String {
    switch self {
    case .table: "a,b,side"
    case .german: "a;b;side"
    case .series: "time,v"
    case .machines: "machine,time,v"
    case .names: "\u{E9},e\u{301},=cmd(),\"a\nb\""
    case .single: "x"
    }
  }

  /// What training must be told.
  private var options: [String] {
    switch self {
    case .table, .names, .single: []
    case .german: ["--delimiter", "semicolon", "--decimal", "comma", "--null-value", "-"]
    case .series: ["--time", "time"]
    case .machines: ["--time", "time", "--group", "machine", "--time-unit", "ms"]
    }
  }

  var delimiter: Character { self == .german ? ";" : "," }

  /// Normal rows, each with its line end.
  func rows(_ count: Int, from first: Int) -> String {
    (first..<first + count).map { row($0) + "\n" }.joined()
  }

  private func row(_ row: Int) -> String {
    let a = Double((row * 37) % 101) / 10 - 5
    let b = 2 * a + Double((row * 53) % 17) / 20
    let wave = Double((row * 7_919) % 101) / 1_000 + (row % 12 < 6 ? 0 : 1)
    switch self {
    case .table: return "\(a),\(b),\(a > 0 ? "up" : "down")"
    case .german:
      return "\(a);\(b);\(a > 0 ? "up" : "down")".replacing(".", with: ",")
    case .series: return "\(time(row)),\(wave)"
    case .machines: return "\(row % 2 == 0 ? "x" : "y"),\(row / 2 * 60_000),\(wave)"
    case .names: return "\(a),\(b),\(-a),\(a + b)"
    case .single: return "\(a)"
    }
  }

  /// The minute of this number of 2024-05-01.
  private func time(_ minute: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = 1 + minute / 1_440
    return "2024-05-\(two(day))T\(two(minute / 60 % 24)):\(two(minute % 60)):00Z"
  }
}

extension HostileSchema {
  /// The path of the model, which is trained when it is first asked for.
  func model() throws -> String { try Self.models.model(of: self) }

  private static let models = HostileModels()

  private final class HostileModels: Sendable {
    private let trained = Mutex<(folder: Workdir?, done: Set<HostileSchema>)>((nil, []))

    func model(of schema: HostileSchema) throws -> String {
      try trained.withLock { trained in
        let folder = try trained.folder ?? Workdir()
        trained.folder = folder
        if trained.done.insert(schema).inserted { try schema.train(in: folder) }
        return folder.file(schema.rawValue)
      }
    }
  }

  private func train(in folder: Workdir) throws {
    let baseline = try folder.write(
      rawValue + ".csv", header + "\n" + rows(self == .table ? 300 : 200, from: 0))
    let outcome = try folder.run(
      ["train", baseline, "--model", rawValue, "--quality", "fast"] + options)
    guard outcome.code == 0 else { throw UntrainedModel(errors: outcome.errors) }
  }

  private struct UntrainedModel: Error { let errors: String }
}
