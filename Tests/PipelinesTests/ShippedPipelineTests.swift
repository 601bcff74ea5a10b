import Foundation
import Ingestion
import Options
import Pipelines
import Stages
import Stillwater
import Testing

/// The pipelines that ship are the documentation of their keys, so they show every one.
@Suite struct ShippedPipelineTests {
  private static let folder =
    #filePath.components(separatedBy: "/Tests/PipelinesTests/")[0] + "/pipelines"
  static let names = ["quickstart", "train-baseline", "calibrate-threshold", "batch-score-folder"]

  /// A key of a pipeline, in use or as a comment.
  private struct Key {
    let name, section: String
    let line: Int
    let isComment: Bool
  }

  private func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: "\(Self.folder)/\(name).yaml", encoding: .utf8)
      .components(separatedBy: "\n")
  }

  private func keys(_ lines: [String]) -> [Key] {
    var (section, keys) = ("", [Key]())
    for (index, line) in lines.enumerated() {
      guard let match = line.firstMatch(of: /^( *)(# )?([a-z_]+):( [^ ]+( \[.*)?)?$/) else {
        continue
      }
      let name = String(match.3)
      if match.1.isEmpty, match.2 == nil { section = match.4 == nil ? name : "" }
      keys.append(
        Key(name: name, section: section, line: index, isComment: match.2 != nil))
    }
    return keys
  }

  @Test(arguments: names)
  func theyAreSound(name: String) throws {
    let pipeline = try Pipeline(contentsOf: "\(Self.folder)/\(name).yaml")
    #expect(pipeline.name == name && pipeline.train != nil)
  }

  /// Every key that is shown in a comment is one that is read.
  @Test(arguments: names)
  func theirCommentedKeysAreRead(name: String) throws {
    let lines = try lines(name)
    for key in keys(lines) where key.isComment {
      var changed = lines
      changed[key.line].replace("# ", with: "", maxReplacements: 1)
      do throws(PipelineError) {
        _ = try Pipeline(
          parsing: changed.joined(separator: "\n"), path: "\(Self.folder)/\(name).yaml")
      } catch {
        #expect(!error.description.contains("unknown key"), "\(lines[key.line])")
        #expect(!error.description.contains("must be"), "\(error)")
      }
    }
  }

  @Test func theyShowEveryKey() throws {
    let shown = try Self.names.flatMap { keys(try lines($0)) }
    func check<Root: Configurable>(_ root: Root.Type, _ section: String, _ place: PipelineSection) {
      let keys = Set(shown.filter { $0.section == section }.map(\.name))
      let missing = root.table.filter { $0.section == place && !keys.contains($0.key) }.map(\.key)
      #expect(missing.isEmpty, "no pipeline shows them under \(section)")
    }
    check(ColumnOptions.self, "columns", .columns)
    check(CSVDialect.self, "csv", .csv)
    check(TrainStage.self, "train", .stage)
    check(CalibrateStage.self, "calibrate", .stage)
    check(ScoreStage.self, "score", .stage)
    check(EvaluateStage.self, "evaluate", .stage)
    let top = Set(shown.map(\.name))
    #expect(TrainStage.table.allSatisfy { $0.section != .top || top.contains($0.key) })
  }
}
