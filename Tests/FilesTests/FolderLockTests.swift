import Files
import Foundation
import Testing

@Suite struct FolderLockTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func secondLockIsRefusedAndNamesTheHolder() throws {
    let lock = try FolderLock(folder: folder.path, command: "fit\ncsv")
    for _ in 0..<2 {  // a refusal must not wipe what the holder says of itself
      do {
        _ = try FolderLock(folder: folder.path, command: "score")
        Issue.record("two locks on one folder")
      } catch OutputError.busy(let path, let holder) {
        let start = "process \(ProcessInfo.processInfo.processIdentifier), fit csv, since 20"
        #expect(path == folder.path)
        #expect(holder.hasPrefix(start) && holder.hasSuffix("Z"), "\(holder)")
      }
    }
    lock.release()
  }

  @Test func releasedLockCanBeTakenAgain() throws {
    let first = try FolderLock(folder: folder.path, command: "fit")
    first.release()
    first.release()
    #expect(try folder.text(FolderLock.fileName).isEmpty)
    let second = try FolderLock(folder: folder.path + "/", command: "score")
    #expect(try folder.text(FolderLock.fileName).contains("score"))
    second.release()
  }

  #if os(Linux)
    /// As a process that is being started does, until it runs its program.
    @Test func aCopyOfTheDescriptorHoldsNoReleasedLock() throws {
      let lock = try FolderLock(folder: folder.path, command: "fit")
      let path = URL(filePath: folder.file(FolderLock.fileName)).resolvingSymlinksInPath().path
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
      }
      let copy = dup(try #require(open.first.flatMap { Int32($0) }))
      defer { close(copy) }
      lock.release()
      try FolderLock(folder: folder.path, command: "score").release()
    }
  #endif

  @Test func lockEndsWithItsOwner() throws {
    do { _ = try FolderLock(folder: folder.path, command: "fit") }
    try FolderLock(folder: folder.path, command: "score").release()
  }

  /// A process that holds the lock and is killed leaves text behind, but no lock.
  @Test func lockOfAKilledProcessIsFree() throws {
    let path = folder.file(FolderLock.fileName)
    try folder.write("process 1, fit, since 2026-01-01T00:00:00Z\n", to: FolderLock.fileName)
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    holder.arguments = ["flock", "-F", path, "sh", "-c", "echo held; exec sleep 60"]
    let said = Pipe()
    holder.standardOutput = said
    try holder.run()
    guard try said.fileHandleForReading.read(upToCount: 4) == Data("held".utf8) else {
      return  // no flock(1) here
    }
    let busy = OutputError.busy(
      path: folder.path, holder: "process 1, fit, since 2026-01-01T00:00:00Z")
    #expect(throws: busy) { try FolderLock(folder: folder.path, command: "score") }
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    let deadline = Date(timeIntervalSinceNow: 5)
    var lock: FolderLock?
    while lock == nil && Date() < deadline {
      lock = try? FolderLock(folder: folder.path, command: "score")
    }
    #expect(lock != nil)
  }

  @Test func missingFolderIsReported() throws {
    let path = folder.file("none")
    let reason = "no such file or directory"
    #expect(throws: OutputError.cannotCreate(path: "\(path)/.stillwater.lock", reason: reason)) {
      try FolderLock(folder: path, command: "fit")
    }
  }
}
