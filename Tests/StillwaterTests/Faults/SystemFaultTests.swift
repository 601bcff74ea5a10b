import Foundation
import TestSupport
import Testing

/// Full devices, busy folders and names that clash, through the binary.
@Suite(.slow) struct SystemFaultTests {
  private let folder: FaultyFolder

  init() throws { folder = try FaultyFolder() }

  @Test(arguments: [
    ["score", "test.csv", "--model", "m", "--output", "s.csv", "--json"],
    ["score", "test.csv", "--model", "m", "--output", "-"],
    ["evaluate", "judged.csv"],
    ["evaluate", "judged.csv", "--json"],
    ["inspect", "test.csv"],
    ["inspect", "m", "--json"],
    ["run", "p.yaml", "--dry-run"],
  ])
  func aFullStandardOutputIsAFault(arguments: [String]) throws {
    let launcher = ["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full"]
    let run = try folder.run(arguments, launcher: launcher)
    #expect(run.code == 74 && run.errors.contains("no space left on device"), "\(run)")
  }

  @Test(arguments: [
    ["score", "test.csv", "--model", "m", "--output", "s.csv", "--json"], ["inspect", "m"],
    ["run", "p.yaml", "--dry-run"], ["evaluate", "judged.csv"],
  ])
  func aClosedPipeEndsQuietly(arguments: [String]) throws {
    let launcher = ["/bin/bash", "-c", "set -o pipefail; \"$0\" \"$@\" | exec true"]
    let run = try folder.run(arguments, launcher: launcher)
    #expect([0, 74].contains(run.code) && !run.errors.contains("error"), "\(run)")
  }

  @Test(arguments: ["s.csv.rejects.csv", "s.csv.summary.json"])
  func anInputIsNoCompanionOfTheOutput(name: String) throws {
    let rows = try #require(FileManager.default.contents(atPath: folder.file("test.csv")))
    try rows.write(to: URL(fileURLWithPath: folder.file(name)))
    let run = try folder.run(["score", name, "--model", "m", "--output", "s.csv"])
    #expect(run.code == 64 && run.errors.contains("\(name): is one of the inputs"), "\(run)")
    #expect(FileManager.default.contents(atPath: folder.file(name)) == rows)
  }

  @Test func aBusyFolderIsLeftAlone() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("out"), withIntermediateDirectories: true)
    let lock = unsafe open(folder.file("out/.stillwater.lock"), O_RDWR | O_CREAT, 0o600)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let run = try folder.run(["run", "p.yaml"])
    #expect(run.code == 75 && run.errors.contains("another run writes here"), "\(run)")
    #expect(try folder.snapshot().keys.filter { $0.hasPrefix("out/") } == ["out/.stillwater.lock"])
  }

  @Test(arguments: ["a,b\n1,2\n3,\"4\n", "a,b\n1,2\n3,4 \"x\n5,6\n"])
  func inspectingRefusesWhatReadingRefuses(text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("quote.csv")))
    let run = try folder.run(["inspect", "quote.csv"])
    #expect(run.code == 65 && run.errors.contains("quote.csv:3:b: "), "\(run)")
  }

  /// The hash in the summary is that of the model which scored, whatever happens to its file.
  @Test(.enabled(if: DisturbedCalls.library != nil, "needs Linux and a C compiler"))
  func theModelIsReadOnce() throws {
    let run = try folder.run(
      ["score", "test.csv", "--model", "m", "--output", "s.csv"], watched: true)
    #expect(run.calls.filter { $0.name == "open" && $0.path.hasSuffix("/m") }.count == 1)
  }

  /// Both read and write the same names; one of them comes last, and its files are whole.
  @Test func twoRunsOfOneCommandEndWithTheSameFile() throws {
    let arguments = ["train", "base.csv", "--model", "n", "--quality", "fast"]
    #expect(try folder.run(arguments).code == 0)
    let good = try folder.snapshot()
    let both = ["/bin/sh", "-c", "\"$0\" \"$@\" & first=$!; \"$0\" \"$@\" && wait $first"]
    for _ in 0..<5 {
      let run = try folder.run(arguments, launcher: both)
      #expect(run.code == 0, "\(run)")
      #expect(try folder.snapshot() == good)
    }
  }
}
