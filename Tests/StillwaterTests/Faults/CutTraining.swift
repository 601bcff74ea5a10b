import Foundation
import Testing

/// A training that met a signal.
struct CutTraining {
  private static let training = LongTraining.twoNetworks

  let folder: FaultyFolder
  let before: Snapshot
  let run: FaultyFolder.Run

  /// Sends the signal as soon as the output's temporary file is there and some steps may be taken.
  init(_ signal: Int32, launcher: [String] = []) throws {
    folder = try FaultyFolder()
    before = try folder.snapshot()
    var (run, pause) = (try Self.run(folder, signal, launcher, pause: 0.1), 0.05)
    // On a machine with much else to do the training may be over first.
    while run.code == 0, launcher.isEmpty, pause > 0.001 {
      try folder.reset()
      run = try Self.run(folder, signal, launcher, pause: pause)
      pause /= 2
    }
    self.run = run
  }

  private static func run(
    _ folder: FaultyFolder, _ signal: Int32, _ launcher: [String], pause: Double
  ) throws -> FaultyFolder.Run {
    try folder.run(training.arguments, launcher: launcher) { process in
      for _ in 0..<2_000 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        if names.contains(where: FaultyCommand.isTemporary) { break }
        Thread.sleep(forTimeInterval: 0.005)
      }
      Thread.sleep(forTimeInterval: pause)
      kill(process, signal)
    }
  }

  /// Goes on, and expects what a training without a cut gives.
  func expectResumption() throws {
    let resumed = try folder.run(Self.training.arguments + ["--resume"])
    #expect(resumed.code == 0, "\(resumed.errors)")
    let (result, expected) = (try folder.snapshot(), try Self.training.undisturbed())
    #expect(result == expected)
  }
}
