import Foundation
import Ingestion
import Stillwater

extension SpeedBench {
  /// Reading numbers, in megabytes for each CPU second, beside libcsv without conversion and the
  /// readers of Python.
  func reading() async throws -> SpeedSection {
    let (file, columns) = (file("numbers.csv"), SyntheticFile(columns: 20, seed: 3))
    try columns.write(to: file, bytes: megabytes * 1_000_000)
    let size = try Data(contentsOf: URL(fileURLWithPath: file), options: .alwaysMapped).count
    var section = SpeedSection(
      title: "Reading",
      command: "stillwater-bench speed --part reading --megabytes \(megabytes) --peers PYTHON")
    var (ours, bare, answer) = (0.0, 0.0, Peers.Answer())
    for _ in 0..<repeats {
      ours = max(
        ours, try await rate(size) { try await readNumbers(file, columns: columns.columnNames) })
      bare = max(bare, try await rate(size) { try parseBare(file) })
      answer.improve(by: peers.ask("readers.py", [file]))
    }
    section.notes = answer.skipped
    let what = "\(size / 1_000_000) MB, 20 columns of numbers"
    func row(_ name: String, _ theirs: Double?, _ bar: SpeedBar?) -> SpeedRow {
      SpeedRow(
        what: what, figure: perCPU(ours), beside: "\(name): \(theirs.map(perCPU) ?? "-")",
        ratio: theirs.map { ours / $0 }, bar: bar)
    }
    section.rows = [
      SpeedRow(what: what, figure: perCPU(ours), ratio: ours, unit: " MB/s", bar: .atLeast(120)),
      // 120 by the 210 that it made where the bar was set.
      row("libcsv, nothing converted", bare, .atLeast(0.57)),
    ]
    section.rows += ["pandas", "pyarrow"].map { row($0, answer.figures[$0]?["rate"], nil) }
    return section
  }

  private func rate(_ size: Int, _ read: () async throws -> Void) async rethrows -> Double {
    Double(size) / 1e6 / (try await cpuSeconds(read))
  }

  private func perCPU(_ rate: Double) -> String { plain(rate) + " MB per CPU second" }

  /// Reads every number of a file the way that scoring does.
  private func readNumbers(_ path: String, columns: [String]) async throws {
    var reader = try TableReader(path: path)
    let plan = ReadingPlan(columns: columns.map { .init(name: $0, reading: .number) })
    var rows = 0
    try await reader.read(plan, workers: defaultThreads) { chunk, _ in
      chunk.rowCount
    } emit: { _, count in
      rows += count
    }
    precondition(rows > 0, "no row in \(path)")
  }
}
