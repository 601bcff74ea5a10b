import Diffusion
import Encoding
import Foundation
import Stillwater
import Tabular
import TestSupport
import Testing

/// Reference values written by `Fixtures/scores/golden.py`, which shares no code with the product.
struct Golden: Decodable {
  /// All views of a table, without a network.
  struct Views: Decodable {
    let calibration, scores, localWeights, viewWeights: [Float]
    let contributions, expected: [[Float]]
  }

  /// What a detector says of the rows of a file.
  struct Answers: Decodable {
    struct Blame: Decodable {
      let column: String
      let share: Float
    }

    let threshold: Float
    /// The scores that the threshold comes from; nil where they are tested elsewhere.
    let calibration: [Float]?
    let scores: [Float]
    let blame: [[Blame]]
    let expected: [[String]]
  }

  /// What one step of training was to learn.
  struct Lesson: Decodable {
    let loss, heldOutLoss: Double
    /// Of the last parameters, as a direction.
    let gradient: [Float]
  }

  struct NetworkTable: Decodable {
    let calibration, scores: [Float]
    let denoiser, noiseLevel: Lesson
  }

  struct NetworkSeries: Decodable {
    let scores, expected: [Float]
    let windows: Lesson
  }

  struct NetworkWindows: Decodable {
    let axes: Lesson
    let axisCorrection, windowCorrection: [[Float]]
  }

  struct Training: Decodable {
    let rows, noiseLevels, windows: TrainingOptions
  }

  /// A table in another way, without a network.
  struct Scores: Decodable {
    let calibration, scores: [Float]
  }

  let views: Views
  let compact, contaminated: Scores
  let table, one, causal, several: Answers
  let networkTable: NetworkTable
  let networkSeries: NetworkSeries
  let networkWindows: NetworkWindows
  let training: Training

  static func load() throws -> Golden {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Golden.self, from: Data(contentsOf: URL(filePath: fixture("golden.json"))))
  }
}

/// The path of a file beside the script.
func fixture(_ name: String) -> String {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return tests.appending(path: "Fixtures/scores/\(name)").path
}

/// A CSV file of plain numbers; the `categories` among its columns are texts.
func readTable(_ name: String, categories: Set<String> = []) throws -> (Table, Schema) {
  let lines = try String(contentsOfFile: fixture(name), encoding: .utf8).split(separator: "\n")
  let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  let columns = rows[0].indices.map { index in
    let cells = rows.dropFirst().map { String($0[index]) }
    return Column(
      name: String(rows[0][index]),
      values: categories.contains(String(rows[0][index]))
        ? coded(cells) : .numbers(cells.map { Double($0) ?? .nan }))
  }
  let schema = Schema(
    columns: columns.map { ColumnSchema(name: $0.name, kind: .number, role: .feature) })
  return (Table(columns: columns, rowCount: rows.count - 1), schema)
}

private func coded(_ cells: [String]) -> ColumnValues {
  var levels: [String] = []
  let codes = cells.map { cell -> Int32 in
    if let code = levels.firstIndex(of: cell) { return Int32(code) }
    levels.append(cell)
    return Int32(levels.count - 1)
  }
  return .categories(codes: codes, levels: levels)
}

/// Expects a detector to say the same of a file: within 1e-4 of the number, relative where it is above 1.
func expectAnswers(
  of detector: Detector, on name: String, _ golden: Golden.Answers,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  var rows: [ScoredRow] = []
  for try await row in detector.score(fixture(name), ScoringOptions(explains: true)) {
    rows.append(row)
  }
  expectClose(
    [detector.rowThreshold], [golden.threshold], tolerance: 1e-4, sourceLocation: sourceLocation)
  expectClose(
    rows.map(\.score), golden.scores, tolerance: 1e-4, sourceLocation: sourceLocation)
  for (row, blame) in zip(rows, golden.blame) {
    #expect(
      row.topColumns.map(\.column) == blame.map(\.column), "line \(row.line)",
      sourceLocation: sourceLocation)
    expectClose(
      row.topColumns.map(\.share), blame.map(\.share), tolerance: 1e-4,
      sourceLocation: sourceLocation)
  }
  // What was expected inside an event comes from its explanation.
  for (row, expected) in zip(rows, golden.expected) where row.event?.isEmpty ?? true {
    #expect(row.expected.count == expected.count, sourceLocation: sourceLocation)
    for (text, wanted) in zip(row.expected, expected) {
      #expect(isClose(text, wanted), "line \(row.line): \(text)", sourceLocation: sourceLocation)
    }
  }
}

private func isClose(_ text: String, _ expected: String) -> Bool {
  guard let a = Double(text), let b = Double(expected) else { return text == expected }
  return abs(a - b) <= 1e-4 * max(1, abs(b))
}
