import Foundation
import Testing

/// A training that is long enough to be cut.
enum LongTraining: CaseIterable {
  /// One network, for more steps than lie between two checkpoints.
  case oneNetwork
  /// Two networks; the second is at work when the first checkpoint is written.
  case twoNetworks

  var arguments: [String] {
    switch self {
    case .oneNetwork: ["train", "base.csv", "--model", "n", "--quality", "best"]
    case .twoNetworks:
      ["train", "large.csv", "--model", "n", "--quality", "balanced", "--threads", "2"]
    }
  }

  /// What a training without a cut leaves.
  func undisturbed() throws -> Snapshot {
    switch self {
    case .oneNetwork: try Self.undisturbedOne.get()
    case .twoNetworks: try Self.undisturbedTwo.get()
    }
  }

  private static let undisturbedOne = Result { try finish(.oneNetwork) }
  private static let undisturbedTwo = Result { try finish(.twoNetworks) }

  private static func finish(_ training: LongTraining) throws -> Snapshot {
    let folder = try FaultyFolder()
    let run = try folder.run(training.arguments)
    try #require(run.code == 0, "\(run.errors)")
    return try folder.snapshot()
  }

  /// A folder in which the training was killed after its first checkpoint.
  func cut() throws -> FaultyFolder {
    let files =
      switch self {
      case .oneNetwork: try Self.cutOne.get()
      case .twoNetworks: try Self.cutTwo.get()
      }
    let folder = try FaultyFolder()
    for (name, data) in files { try folder.write(name, data) }
    return folder
  }

  private static let cutOne = Result { try cutShort(.oneNetwork) }
  private static let cutTwo = Result { try cutShort(.twoNetworks) }

  private static func cutShort(_ training: LongTraining) throws -> Snapshot {
    let folder = try FaultyFolder()
    let path = folder.file("n.checkpoint")
    for _ in 0..<10 {
      let run = try folder.run(training.arguments) { process in
        for _ in 0..<2_000 where !FileManager.default.fileExists(atPath: path) {
          if kill(process, 0) != 0 { break }
          Thread.sleep(forTimeInterval: 0.002)
        }
        kill(process, SIGKILL)
      }
      // On a machine with much else to do the training may be over first.
      if run.code != 0 { break }
      try folder.reset()
    }
    try #require(FileManager.default.fileExists(atPath: path))
    return try folder.snapshot()
  }
}
