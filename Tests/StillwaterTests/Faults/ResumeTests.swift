import Foundation
import TestSupport
import Testing

/// `train --resume` after a cut.
@Suite(.slow) struct ResumeTests {
  private let training = LongTraining.oneNetwork

  @Test(arguments: LongTraining.allCases)
  func takesStepsOverAndSaysSo(training: LongTraining) throws {
    let folder = try training.cut()
    let run = try folder.run(training.arguments + ["--resume"])
    #expect(run.code == 0 && run.errors.contains("resumed after "), "\(run.errors)")
    let (result, expected) = (try folder.snapshot(), try training.undisturbed())
    #expect(result == expected)
  }

  @Test(arguments: [["--seed", "1"], ["--exemplars", "150"], ["--false-alarm-rate", "0.02"]])
  func refusesTheCheckpointOfAnotherTraining(other: [String]) throws {
    let folder = try training.cut()
    let before = try folder.snapshot()
    let run = try folder.run(training.arguments + ["--resume"] + other)
    #expect(run.code == 65 && run.errors.contains("n.checkpoint"), "\(run.errors)")
    #expect(run.errors.contains("omit --resume"), "\(run.errors)")
    let after = try folder.snapshot().filter { !FaultyCommand.isTemporary($0.key) }
    #expect(after == before.filter { !FaultyCommand.isTemporary($0.key) })
  }

  @Test func refusesADamagedCheckpoint() throws {
    let folder = try training.cut()
    let checkpoint = try #require(FileManager.default.contents(atPath: folder.file("n.checkpoint")))
    let places = [0, 7, 8, 60, checkpoint.count / 2, checkpoint.count - 1]
    var damaged = places.map { place in
      var bytes = checkpoint
      bytes[place] ^= 1
      return bytes
    }
    damaged += [0, 7, 100, checkpoint.count - 1].map { checkpoint.prefix($0) }
    for bytes in damaged {
      try folder.write("n.checkpoint", bytes)
      let run = try folder.run(training.arguments + ["--resume"])
      #expect(run.code == 65 && run.errors.contains("n.checkpoint"), "\(run.errors)")
    }
  }

  @Test func beginsAnewWithoutACheckpointOrWithoutBeingAsked() throws {
    let folder = try training.cut()
    let plain = try folder.run(training.arguments)
    #expect(plain.code == 0 && !plain.errors.contains("resumed after"), "\(plain.errors)")
    let names = try folder.snapshot().keys
    #expect(!names.contains("n.checkpoint"))
    let again = try folder.run(training.arguments + ["--resume"])
    #expect(again.code == 0 && !again.errors.contains("resumed after"), "\(again.errors)")
  }

  /// Numbers that no training leaves, under right checksums.
  @Test(arguments: ["steps", "worse", "failures", "skipped", "optimizer_steps"])
  func refusesForgedCounts(of key: String) throws {
    let folder = try training.cut()
    let checkpoint = try #require(FileManager.default.contents(atPath: folder.file("n.checkpoint")))
    for number in ["-1", "9223372036854775807"] {
      var forged = try ForgedModel(Array(checkpoint))
      let network = try #require(forged.metadata.first { $0.value.contains("\"optimizer_steps\"") })
      let parts = network.value.components(separatedBy: "\"\(key)\":")
      try #require(parts.count == 2)
      let rest = parts[1].drop { $0.isNumber || $0 == "-" }
      forged.metadata[network.key] = parts[0] + "\"\(key)\":\(number)" + rest
      try folder.write("n.checkpoint", Data(forged.sealed()))
      let run = try folder.run(training.arguments + ["--resume"])
      #expect(run.code == 65 && run.errors.contains("n.checkpoint"), "\(key) \(number): \(run)")
    }
  }

  @Test(arguments: ["fast", "best"])
  func leavesAloneWhatIsNoCheckpoint(quality: String) throws {
    let folder = try FaultyFolder()
    try folder.write("n.checkpoint", Data("hello\n".utf8))
    let run = try folder.run(training.arguments + ["--quality", quality])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.contains("left unchanged") == (quality == "best"), "\(run.errors)")
    #expect(
      FileManager.default.contents(atPath: folder.file("n.checkpoint")) == Data("hello\n".utf8))
  }
}
