import Files
package import Stages
import Stillwater

/// The stages of a pipeline file with all their settings, paths resolved.
package struct Pipeline: Sendable {
  package let path: String
  package var name: String
  package var train: TrainStage?
  package var calibrate: CalibrateStage?
  package var scores: [ScoreStage] = []
  package var evaluate: EvaluateStage?

  /// Reads and checks a pipeline file; every problem is reported with its line and column.
  package init(contentsOf path: String) throws {
    do {
      let bytes = try readWhole(path, limit: PipelineText.longest)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw PipelineError.notText(path: path, line: Self.firstBadLine(bytes))
      }
      try self.init(parsing: text, path: path)
    } catch let error as PipelineError {
      throw StillwaterError(error.kind, error.description)
    } catch { throw StillwaterError(error) }
  }

  /// Checks the text of a pipeline file; the paths in it are relative to the folder of `path`.
  package init(parsing text: String, path: String) throws(PipelineError) {
    let builder = PipelineBuilder(path: path)
    do throws(PipelineProblem) {
      self = builder.build(try PipelineText.compose(text))
    } catch {
      throw .problems(path: path, [error])
    }
    let problems = builder.reader.sorted
    guard problems.isEmpty else { throw .problems(path: path, problems) }
  }

  /// Lets every stage have as many tasks at work; the results do not depend on it.
  package mutating func use(threads: Int) {
    train?.settings.threads = threads
    calibrate?.options.threads = threads
    for index in scores.indices { scores[index].options.threads = threads }
    evaluate?.options.threads = threads
  }

  init(path: String, name: String) { (self.path, self.name) = (path, name) }

  private static func firstBadLine(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    return (index ?? 0) + 1
  }
}
