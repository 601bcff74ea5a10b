import Foundation

/// Other programs that do the same work, run by small Python scripts.
struct Peers: Sendable {
  /// The interpreter; nil skips all peers.
  let python: String?
  let folder: String

  /// What a script prints, on one line.
  struct Answer: Decodable, Sendable {
    /// Rates by name, for each peer that is installed.
    var figures: [String: [String: Double]] = [:]
    /// What was left out and why.
    var skipped: [String] = []

    /// Keeps the better of two runs; all figures are rates.
    mutating func improve(by other: Answer) {
      skipped += other.skipped
      figures.merge(other.figures) { $0.merging($1) { max($0, $1) } }
    }
  }

  /// Runs a script; what keeps it from answering is part of the answer.
  func ask(_ script: String, _ arguments: [String]) -> Answer {
    let path = "Tests/Scripts/peers/\(script)"
    guard let python else { return Answer(skipped: ["\(script) skipped: no --peers PYTHON"]) }
    guard FileManager.default.fileExists(atPath: path) else {
      return Answer(skipped: ["\(path) is not here: run from the root of the repository"])
    }
    do {
      let output = folder + "/peer.json"
      _ = try ChildRun.of(python, [path] + arguments, output: output)
      return try JSONDecoder().decode(
        Answer.self, from: Data(contentsOf: URL(fileURLWithPath: output)))
    } catch { return Answer(skipped: ["\(script) failed: \(error)"]) }
  }
}
