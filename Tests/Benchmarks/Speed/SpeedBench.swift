import ArgumentParser
import Foundation

/// What all parts share: sizes, programs, and a temporary folder.
struct SpeedBench: Sendable {
  let peers: Peers
  let megabytes, scoredRows, longRows, repeats: Int
  /// The folder of all files of the run.
  let folder: String
  /// The path of the built `stillwater`.
  let program: String

  init(python: String?, megabytes: Int, scoredRows: Int, longRows: Int, repeats: Int) throws {
    (self.megabytes, self.scoredRows) = (megabytes, scoredRows)
    (self.longRows, self.repeats) = (longRows, repeats)
    let binaries = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
      .deletingLastPathComponent()
    program = binaries.appendingPathComponent("stillwater").path
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw ValidationError("\(program) is missing: swift build -c release --product stillwater")
    }
    folder = NSTemporaryDirectory() + "stillwater-speed-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    peers = Peers(python: python, folder: folder)
  }

  func removeFiles() { try? FileManager.default.removeItem(atPath: folder) }

  func file(_ name: String) -> String { folder + "/" + name }

  func measure(_ part: SpeedPart) async throws -> SpeedSection {
    switch part {
    case .training: try await training()
    case .scoring: try await scoring()
    case .reading: try await reading()
    case .scale: try scale()
    case .startup: try startup()
    }
  }

  /// Runs `stillwater`, which must succeed.
  @discardableResult
  func stillwater(_ arguments: String...) throws -> ChildRun {
    try ChildRun.of(program, arguments, output: file("stillwater.out"))
  }
}

/// Wall seconds of some work.
func wallSeconds(_ work: () async throws -> Void) async rethrows -> Double {
  let start = ContinuousClock.now
  try await work()
  return seconds(since: start)
}

/// CPU seconds of the whole process during some work.
func cpuSeconds(_ work: () async throws -> Void) async rethrows -> Double {
  let start = clock()
  try await work()
  return Double(clock() - start) / Double(CLOCKS_PER_SEC)
}

func seconds(since start: ContinuousClock.Instant) -> Double {
  (ContinuousClock.now - start) / .seconds(1)
}
