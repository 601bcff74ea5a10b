import Foundation
import TestSupport
import Testing

/// Kills runs and starts them again: what is left is old or new, and the same command finishes the
/// work to the same bytes.
@Suite(.slow) struct KillTests {
  /// Kills at random moments in each of the two suites of commands; `STILLWATER_KILLS=200` makes
  /// the long run.
  private static let kills =
    ProcessInfo.processInfo.environment["STILLWATER_KILLS"].flatMap { Int($0) } ?? 12

  @Test(
    .enabled(if: DisturbedCalls.library != nil, "needs Linux and a C compiler"),
    arguments: FaultyCommand.all + [.run])
  func atEveryCallThatChangesFiles(command: FaultyCommand) throws {
    let trial = try Trial(command)
    for (index, call) in trial.calls.enumerated() where call.changesFiles {
      for action in call.name == "write" ? ["SIGKILL", "torn"] : ["SIGKILL"] {
        let disturbance = Disturbance(call: index + 1, action: action)
        let run = try trial.folder.run(command.arguments, disturbance)
        #expect(run.code == -SIGKILL, "\(command): \(disturbance)")
        try trial.expectRecovery("\(command): \(disturbance), \(call.name) \(call.path)")
      }
    }
  }

  @Test(arguments: [
    FaultyCommand.run, FaultyCommand.all[2],
    .resuming(.oneNetwork), .resuming(.twoNetworks),
  ])
  func atRandomMoments(command: FaultyCommand) throws {
    let trial = try Trial(command)
    var generator = SeededGenerator(seed: 5)
    var killed = 0
    for number in 0..<Self.kills {
      let delay = Double.random(in: 0...trial.seconds, using: &generator)
      let run = try trial.folder.run(command.arguments) { process in
        Thread.sleep(forTimeInterval: delay)
        kill(process, SIGKILL)
      }
      killed += run.code == -SIGKILL ? 1 : 0
      #expect(run.code == -SIGKILL || run.code == 0)
      try trial.expectRecovery("\(command): kill \(number) after \(delay) s")
    }
    #expect(killed > 0)
  }

  @Test func aRunKilledAgainAndAgainIsFinishedInTheEnd() throws {
    let trial = try Trial(.run)
    var generator = SeededGenerator(seed: 6)
    var runs = 0
    while runs < 1_000 {
      runs += 1
      let delay = Double.random(in: 0...trial.seconds * 0.9, using: &generator)
      let run = try trial.folder.run(FaultyCommand.run.arguments) { process in
        Thread.sleep(forTimeInterval: delay)
        kill(process, SIGKILL)
      }
      if run.code == 0 { break }
    }
    try trial.expectRecovery("\(runs) runs")
  }
}

/// A command in its folder, with what an undisturbed run makes of it.
private struct Trial {
  let folder: FaultyFolder
  let calls: [FileCall]
  /// How long an undisturbed run took.
  let seconds: Double
  private let command: FaultyCommand
  private let before, good: Snapshot

  init(_ command: FaultyCommand) throws {
    self.command = command
    folder = try FaultyFolder(old: command.old)
    before = try folder.snapshot()
    let start = Date()
    let run = try folder.run(command.arguments, watched: true)
    seconds = Date().timeIntervalSince(start)
    try #require(run.code == 0, "\(run.errors)")
    (calls, good) = (run.calls, try folder.snapshot())
    try folder.reset()
  }

  /// Looks at what a killed run left, finishes the work, compares, and clears the folder.
  func expectRecovery(_ note: String) throws {
    let after = try folder.snapshot()
    let faults = command.faults(in: after, before: before, good: good)
    #expect(faults.isEmpty, "\(note): \(faults)")
    let finished = after.keys.filter { $0.hasSuffix(".stage.json") && after[$0] == good[$0] }
    let again = try folder.run(command.arguments)
    #expect(again.code == 0, "\(note): \(again.errors)")
    let passed = again.errors.split(separator: "\n").filter { $0.contains(": up to date, ") }
    #expect(passed.count == finished.count, "\(note): \(finished) were finished: \(again.errors)")
    let result = try folder.snapshot()
    let differing = Set(result.keys).union(good.keys).filter { result[$0] != good[$0] }
    #expect(differing.isEmpty, "\(note): \(differing) differ")
    try folder.reset()
  }
}
