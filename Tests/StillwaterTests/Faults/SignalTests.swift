import Foundation
import TestSupport
import Testing

/// Signals end a run with their own codes and without a trace.
@Suite(.slow) struct SignalTests {
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

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func endTrainingAfterACheckpoint(signal: Int32, code: Int32) throws {
    let training = try CutTraining(signal)
    #expect(training.run.code == code, "\(training.run.errors)")
    var after = try training.folder.snapshot()
    after["n.checkpoint"] = nil
    #expect(after == training.before)
    try training.expectResumption()
  }

  @Test func stayIgnoredWhenTheCallerIgnoresThem() throws {
    let launcher = ["/bin/sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""]
    let training = try CutTraining(SIGHUP, launcher: launcher)
    #expect(training.run.code == 0, "\(training.run.errors)")
    let after = try training.folder.snapshot()
    #expect(after["n"] != nil)
  }
}
