import Files
package import Stages
import Stillwater

/// A parsed and checked pipeline file: its stages with all settings, paths resolved.
///
/// The stages run in the order train, calibrate, score, evaluate; absent ones are nil or empty.
package struct Pipeline: Sendable {
  /// The path of the pipeline file, as the user gave it.
  package let path: String
  /// The name given in the file, or its path.
  package var name: String
  package var train: TrainStage?
  package var calibrate: CalibrateStage?
  /// One stage for `output`, or one per file for `output_folder`.
  package var scores: [ScoreStage] = []
  package var evaluate: EvaluateStage?

  /// Reads and checks a pipeline file.
  ///
  /// Throws `StillwaterError` with all problems, each with its line and column.
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

  /// Checks the text of a pipeline file; relative paths in it are resolved against the folder of `path`.
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

  /// Sets the number of concurrent tasks of every stage; results do not depend on it.
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
