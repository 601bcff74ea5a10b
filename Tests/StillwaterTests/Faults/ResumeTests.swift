import Foundation
import Testing

/// `train --resume` after a cut.
@Suite struct ResumeTests {
  /// A training that was killed after its first checkpoint, and the checkpoint.
  private func cut() throws -> (folder: FaultyFolder, checkpoint: Data) {
    let folder = try FaultyFolder()
    let path = folder.path + "/n.checkpoint"
    for _ in 0..<10 {
      let run = try folder.run(CutTraining.arguments) { process in
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
    return (folder, try #require(FileManager.default.contents(atPath: path)))
  }

  @Test func takesStepsOverAndSaysSo() throws {
    let (folder, _) = try cut()
    let run = try folder.run(CutTraining.arguments + ["--resume"])
    #expect(run.code == 0 && run.errors.contains("took over "), "\(run.errors)")
    let whole = try FaultyFolder()
    _ = try whole.run(CutTraining.arguments)
    let (result, expected) = (try folder.snapshot(), try whole.snapshot())
    #expect(result == expected)
  }

  @Test(arguments: [["--seed", "1"], ["--exemplars", "150"], ["--false-alarm-rate", "0.02"]])
  func refusesTheCheckpointOfAnotherTraining(other: [String]) throws {
    let (folder, _) = try cut()
    let before = try folder.snapshot()
    let run = try folder.run(CutTraining.arguments + ["--resume"] + other)
    #expect(run.code == 65 && run.errors.contains("n.checkpoint"), "\(run.errors)")
    #expect(run.errors.contains("leave out --resume"), "\(run.errors)")
    let after = try folder.snapshot().filter { !FaultyCommand.isTemporary($0.key) }
    #expect(after == before.filter { !FaultyCommand.isTemporary($0.key) })
  }

  @Test func refusesADamagedCheckpoint() throws {
    let (folder, checkpoint) = try cut()
    let places = [0, 7, 8, 60, checkpoint.count / 2, checkpoint.count - 1]
    var damaged = places.map { place in
      var bytes = checkpoint
      bytes[place] ^= 1
      return bytes
    }
    damaged += [0, 7, 100, checkpoint.count - 1].map { checkpoint.prefix($0) }
    for bytes in damaged {
      try bytes.write(to: URL(fileURLWithPath: folder.path + "/n.checkpoint"))
      let run = try folder.run(CutTraining.arguments + ["--resume"])
      #expect(run.code == 65 && run.errors.contains("n.checkpoint"), "\(run.errors)")
    }
  }

  @Test func beginsAnewWithoutACheckpointOrWithoutBeingAsked() throws {
    let (folder, _) = try cut()
    let plain = try folder.run(CutTraining.arguments)
    #expect(plain.code == 0 && !plain.errors.contains("took over"), "\(plain.errors)")
    let names = try folder.snapshot().keys
    #expect(!names.contains("n.checkpoint"))
    let again = try folder.run(CutTraining.arguments + ["--resume"])
    #expect(again.code == 0 && !again.errors.contains("took over"), "\(again.errors)")
  }

  /// Numbers that no training leaves, under right checksums.
  @Test(arguments: ["steps", "worse", "failures", "skipped", "optimizer_steps"])
  func refusesForgedCounts(of key: String) throws {
    let (folder, checkpoint) = try cut()
    for number in ["-1", "9223372036854775807"] {
      var forged = try ForgedModel(Array(checkpoint))
      let network = try #require(forged.metadata.first { $0.value.contains("\"optimizer_steps\"") })
      let parts = network.value.components(separatedBy: "\"\(key)\":")
      try #require(parts.count == 2)
      let rest = parts[1].drop { $0.isNumber || $0 == "-" }
      forged.metadata[network.key] = parts[0] + "\"\(key)\":\(number)" + rest
      try Data(forged.sealed()).write(to: URL(fileURLWithPath: folder.path + "/n.checkpoint"))
      let run = try folder.run(CutTraining.arguments + ["--resume"])
      #expect(run.code == 65 && run.errors.contains("n.checkpoint"), "\(key) \(number): \(run)")
    }
  }

  @Test(arguments: ["fast", "best"])
  func leavesAloneWhatIsNoCheckpoint(quality: String) throws {
    let folder = try FaultyFolder()
    let path = folder.path + "/n.checkpoint"
    try Data("hello\n".utf8).write(to: URL(fileURLWithPath: path))
    let run = try folder.run(CutTraining.arguments + ["--quality", quality])
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.contains("left as it is") == (quality == "best"), "\(run.errors)")
    #expect(FileManager.default.contents(atPath: path) == Data("hello\n".utf8))
  }
}
