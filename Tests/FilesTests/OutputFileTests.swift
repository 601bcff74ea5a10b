import Files
import Foundation
import Testing

/// A new folder that is removed with its owner.
final class ScratchFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: file(name)))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
  }

  /// The names of all files, hidden ones too.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}

@Suite struct OutputFileTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func committedFileHoldsAllBytesAndNothingElseIsLeft() throws {
    let output = try OutputFile(path: folder.file("a.csv"))
    try output.append("id,score\n")
    try output.append([0x31, 0x2C, 0x32, 0x0A])
    #expect(output.byteCount == 13)
    try output.commit()
    #expect(try folder.text("a.csv") == "id,score\n1,2\n")
    #expect(try folder.names() == ["a.csv"])
  }

  @Test func oldFileStandsUntilTheCommit() throws {
    try folder.write("old", to: "a.csv")
    let output = try OutputFile(path: folder.file("a.csv"))
    try output.append("new")
    try output.flush()
    #expect(try folder.text("a.csv") == "old")
    let temporary = ".a.csv.stillwater-\(ProcessInfo.processInfo.processIdentifier).tmp"
    #expect(try folder.names() == [temporary, "a.csv"])
    try output.commit()
    #expect(try folder.text("a.csv") == "new")
  }

  @Test func discardedFileLeavesTheOldOne() throws {
    try folder.write("old", to: "a.csv")
    let output = try OutputFile(path: folder.file("a.csv"))
    try output.append("new")
    output.discard()
    output.discard()
    #expect(try folder.text("a.csv") == "old")
    #expect(try folder.names() == ["a.csv"])
  }

  @Test func forgottenFileLeavesNothing() throws {
    do {
      let output = try OutputFile(path: folder.file("a.csv"))
      try output.append("new")
    }
    #expect(try folder.names().isEmpty)
  }

  @Test(arguments: [0, 1, 7, 1 << 18, (1 << 18) + 1, 3_000_001])
  func piecesOfAnySizeArriveInOrder(size: Int) throws {
    let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let output = try OutputFile(path: folder.file("a"))
    for _ in 0..<3 { try output.append(piece) }
    try output.commit()
    let found = try Data(contentsOf: URL(filePath: folder.file("a")))
    #expect(Array(found) == piece + piece + piece)
  }

  @Test func existingFileIsRefusedWhenAsked() throws {
    let path = folder.file("a.csv")
    try folder.write("old", to: "a.csv")
    #expect(throws: OutputError.exists(path: path)) {
      try OutputFile(path: path, existing: .refuse)
    }
    #expect(try folder.names() == ["a.csv"])
  }

  @Test func fileThatAppearsMeanwhileIsNotReplacedWhenAsked() throws {
    let path = folder.file("a.csv")
    let output = try OutputFile(path: path, existing: .refuse)
    try output.append("new")
    try folder.write("other", to: "a.csv")
    #expect(throws: OutputError.exists(path: path)) { try output.commit() }
    #expect(try folder.text("a.csv") == "other")
    #expect(try folder.names() == ["a.csv"])
  }

  @Test func newFileIsWrittenUnderRefusal() throws {
    let output = try OutputFile(path: folder.file("a.csv"), existing: .refuse)
    try output.append("new")
    try output.commit()
    #expect(try folder.text("a.csv") == "new")
    #expect(try folder.names() == ["a.csv"])
  }

  @Test(arguments: ["in.csv", "link.csv", "hard.csv", "./in.csv"])
  func inputIsNotOverwrittenByAnyName(name: String) throws {
    try folder.write("precious", to: "in.csv")
    let (input, manager) = (folder.file("in.csv"), FileManager.default)
    try manager.createSymbolicLink(atPath: folder.file("link.csv"), withDestinationPath: input)
    try manager.linkItem(atPath: input, toPath: folder.file("hard.csv"))
    let path = folder.file(name)
    #expect(throws: OutputError.isInput(path: path)) {
      try OutputFile(path: path, inputs: [folder.file("missing"), input])
    }
    #expect(try folder.text("in.csv") == "precious")
  }

  @Test func linkStaysALinkAndItsFileIsReplaced() throws {
    try folder.write("old", to: "real")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    let output = try OutputFile(path: folder.file("link"))
    try output.append("new")
    try output.commit()
    #expect(try folder.text("real") == "new")
    let kind = try FileManager.default.attributesOfItem(atPath: folder.file("link"))[.type]
    #expect(kind as? FileAttributeType == .typeSymbolicLink)
  }

  @Test func replacedFileKeepsItsPermissions() throws {
    try folder.write("old", to: "a")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640], ofItemAtPath: folder.file("a"))
    let output = try OutputFile(path: folder.file("a"))
    try output.commit()
    let mode = try FileManager.default.attributesOfItem(atPath: folder.file("a"))[.posixPermissions]
    #expect(mode as? Int == 0o640)
  }

  @Test func temporariesOfDeadRunsAreRemovedAndNoOthers() throws {
    let dead = 4_194_305  // beyond the largest process number of Linux
    let own = ProcessInfo.processInfo.processIdentifier
    for name in [
      ".a.csv.stillwater-\(dead).tmp", ".a.csv.stillwater-\(own).tmp",
      ".a.csv.stillwater-1.tmp", ".b.csv.stillwater-\(dead).tmp", ".a.csv.stillwater-x.tmp",
    ] { try folder.write("part", to: name) }
    let output = try OutputFile(path: folder.file("a.csv"))
    try output.commit()
    #expect(
      try folder.names() == [
        ".a.csv.stillwater-1.tmp", ".a.csv.stillwater-x.tmp",
        ".b.csv.stillwater-\(dead).tmp", "a.csv",
      ])
  }

  @Test func secondWriterOfOneNameIsRefused() throws {
    let path = folder.file("a.csv")
    let first = try OutputFile(path: path)
    #expect(throws: OutputError.cannotCreate(path: path, reason: "file exists")) {
      try OutputFile(path: path)
    }
    try first.append("first")
    try first.commit()
    #expect(try folder.text("a.csv") == "first")
  }

  @Test func namesOfAnyLegalLengthAndSpellingWork() throws {
    for name in [String(repeating: "n", count: 255), "a b", "é,\"x\"", "-", "line\nbreak"] {
      let output = try OutputFile(path: folder.file(name))
      try output.append(name)
      try output.commit()
      #expect(try folder.text(name) == name)
    }
    #expect(try folder.names().count == 5)
  }

  @Test func impossiblePathsAreRefusedWithTheReason() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("dir"), withIntermediateDirectories: true)
    try folder.write("", to: "plain")
    let table = [
      (folder.file("dir"), "it is a directory, expected a file"),
      (folder.file("none/a"), "no such file or directory"),
      (folder.file("plain/a"), "not a directory"),
      (folder.file("dir/"), "it names no file"), ("", "it names no file"),
      ("a\0b", "a path cannot hold a NUL byte"),
    ]
    for (path, reason) in table {
      #expect(throws: OutputError.cannotCreate(path: path, reason: reason)) {
        try OutputFile(path: path)
      }
    }
  }

  @Test func fullDeviceIsReportedAndStaysFailed() throws {
    let output = try OutputFile(path: "/dev/full")
    let failure = OutputError.writeFailed(path: "/dev/full", reason: "no space left on device")
    try output.append("lost")
    #expect(throws: failure) { try output.flush() }
    #expect(throws: failure) { try output.append("more") }
    #expect(throws: failure) { try output.commit() }
  }

  @Test func deviceIsWrittenThrough() throws {
    let output = try OutputFile(path: "/dev/null", existing: .refuse)
    try output.append("gone")
    try output.commit()
    #expect(output.byteCount == 4)
  }

  @Test func closedPipeIsToldApart() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    let path = "/dev/fd/\(pipe.fileHandleForWriting.fileDescriptor)"
    let output = try OutputFile(path: path)
    try pipe.fileHandleForReading.close()
    try output.append("lost")
    #expect(throws: OutputError.closedPipe) { try output.commit() }
    try pipe.fileHandleForWriting.close()
  }

  @Test func messagesAreWholeSentences() {
    let table: [(OutputError, String)] = [
      (.cannotCreate(path: "a", reason: "no"), "a: cannot be created: no"),
      (.exists(path: "a"), "a: exists already; name another output or allow replacing it"),
      (.isInput(path: "a"), "a: is one of the inputs; name another output"),
      (.writeFailed(path: "a", reason: "no"), "a: cannot be written: no"),
      (.closedPipe, "standard output was closed by its reader"),
      (.busy(path: "a", holder: "b"), "a: another run writes here (b); wait for it"),
    ]
    for (error, text) in table { #expect(error.description == text) }
  }

  /// The vectors of FIPS 180-4.
  @Test func digestsAgreeWithTheStandard() {
    #expect(
      sha256(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }
}
