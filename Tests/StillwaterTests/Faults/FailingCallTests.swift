import Foundation
import TestSupport
import Testing

/// Fails each system call in turn: no result is lost in silence, no old one is harmed.
@Suite(.slow, .enabled(if: DisturbedCalls.library != nil, "needs Linux and a C compiler"))
struct FailingCallTests {
  /// The documented codes of faults.
  private static let codes: Set<Int32> = [66, 71, 73, 74, 75]

  @Test(arguments: FaultyCommand.all + [.run])
  func isToldOrSurvived(command: FaultyCommand) throws {
    let folder = try FaultyFolder(old: command.old)
    let before = try folder.snapshot()
    let undisturbed = try folder.run(command.arguments, watched: true)
    try #require(undisturbed.code == 0, "\(undisturbed.errors)")
    let good = try folder.snapshot()
    var points = 0
    for (index, call) in undisturbed.calls.enumerated() {
      for disturbance in disturbances(of: call, number: index + 1, command) {
        try folder.reset()
        let run = try folder.run(command.arguments, disturbance)
        let faults = try faults(run, disturbance, folder, command, before, good)
        #expect(faults.isEmpty, "\(command): \(disturbance), \(call.name) \(call.path): \(run)")
        points += 1
      }
    }
    #expect(points > 40)
  }

  /// All that can go wrong with a call; of the many of a pipeline one thing each, in turn, and over
  /// old files only what could harm them.
  private func disturbances(
    of call: FileCall, number: Int, _ command: FaultyCommand
  ) -> [Disturbance] {
    guard !command.replaces || call.changesFiles || call.name == "close" else { return [] }
    var all = call.disturbances.map { Disturbance(call: number, action: $0) }
    if call.changesFiles { all.append(Disturbance(call: number, action: "ENOSPC", lasts: true)) }
    return command.arguments[0] == "run" ? [all[number % all.count]] : all
  }

  private func faults(
    _ run: FaultyFolder.Run, _ disturbance: Disturbance, _ folder: FaultyFolder,
    _ command: FaultyCommand, _ before: Snapshot, _ good: Snapshot
  ) throws -> [String] {
    let after = try folder.snapshot()
    var faults = command.faults(in: after, before: before, good: good)
    let temporaries = after.keys.filter(FaultyCommand.isTemporary)
    // An unlink that fails leaves what it was to remove; the next run does it.
    let unremoved = run.calls.dropFirst(disturbance.call - 1).first?.name == "unlink"
    if !temporaries.isEmpty, !unremoved { faults.append("left behind: \(temporaries)") }
    if run.code == 0 {
      let differing = Set(good.keys).union(after.keys).filter {
        good[$0] != after[$0] && !$0.hasSuffix(".stillwater.lock")
      }
      if !differing.isEmpty { faults.append("success, but \(differing) differ") }
    } else {
      if !Self.codes.contains(run.code) { faults.append("code \(run.code)") }
      if ["EINTR", "short"].contains(disturbance.action) { faults.append("not survived") }
      if !isNamed(run, disturbance) { faults.append("the message names no file") }
    }
    return faults
  }

  /// Whether the message names the file, or the folder, whose call was disturbed.
  private func isNamed(_ run: FaultyFolder.Run, _ disturbance: Disturbance) -> Bool {
    guard run.calls.count >= disturbance.call else { return true }
    let path = run.calls[disturbance.call - 1].path
    let name = URL(fileURLWithPath: path).lastPathComponent
    let shown = FaultyCommand.isTemporary(name) ? name.dropFirst().prefix { $0 != "." } : name[...]
    return run.errors.contains(": error: ")
      && (run.errors.contains(shown) || path.hasSuffix("/w") || path.hasSuffix("."))
  }
}
