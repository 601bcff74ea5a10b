import Foundation
import TestSupport
import Testing

/// Signals end a run with their own codes and without a trace.
@Suite struct SignalTests {
  private static let signals: [(name: String, code: Int32)] = [
    ("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129),
  ]

  @Test(
    .enabled(if: DisturbedCalls.library != nil, "needs Linux and a C compiler"),
    arguments: FaultyCommand.all)
  func leaveFilesWholeAndNoTemporaries(command: FaultyCommand) throws {
    let folder = try FaultyFolder(old: command.old)
    let before = try folder.snapshot()
    let calls = try folder.run(command.arguments, watched: true).calls
    let good = try folder.snapshot()
    let firstChange =
      calls.firstIndex { ["rename", "unlink"].contains($0.name) } ?? calls.count
    // Files get and lose their names under a lock that the end of the process waits for; the calls
    // between those stand for every state that a signal can meet.
    let between = ["write", "fsync", "flock"]
    for (index, call) in calls.enumerated() where between.contains(call.name) {
      let signal = Self.signals[index % Self.signals.count]
      try folder.reset()
      let run = try folder.run(
        command.arguments, Disturbance(call: index + 1, action: signal.name))
      let note = "\(command): \(signal.name) at \(call.name) \(call.path)"
      #expect(run.code == signal.code, "\(note): \(run.code) \(run.errors)")
      let after = try folder.snapshot()
      let faults = command.faults(in: after, before: before, good: good)
      #expect(faults.isEmpty, "\(note): \(faults)")
      if index < firstChange { #expect(after == before, "\(note)") }
      #expect(!after.keys.contains(where: FaultyCommand.isTemporary), "\(note)")
    }
  }

  /// Sends a signal as soon as the output's temporary file is there.
  private func interruptTraining(
    _ folder: FaultyFolder, _ signal: Int32, launcher: [String] = []
  ) throws -> FaultyFolder.Run {
    let training = ["train", "base.csv", "--model", "n", "--quality", "balanced", "--threads", "2"]
    return try folder.run(training, launcher: launcher) { process in
      for _ in 0..<2_000 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        if names.contains(where: FaultyCommand.isTemporary) { break }
        Thread.sleep(forTimeInterval: 0.005)
      }
      kill(process, signal)
    }
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func endTrainingInTheMiddle(signal: Int32, code: Int32) throws {
    let folder = try FaultyFolder()
    let before = try folder.snapshot()
    var run = try interruptTraining(folder, signal)
    // On a machine with much else to do the training may be over first.
    for _ in 0..<5 where run.code == 0 {
      try folder.reset()
      run = try interruptTraining(folder, signal)
    }
    #expect(run.code == code, "\(run.errors)")
    #expect(try folder.snapshot() == before)
  }

  @Test func stayIgnoredWhenTheCallerIgnoresThem() throws {
    let folder = try FaultyFolder()
    let launcher = ["/bin/sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""]
    let run = try interruptTraining(folder, SIGHUP, launcher: launcher)
    #expect(run.code == 0, "\(run.errors)")
    #expect(try folder.snapshot()["n"] != nil)
  }
}
