import Files
import Foundation
import Testing

/// A folder of its own for the files of one test, removed afterwards.
final class InputFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "files-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, its folders too, and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }
}

@Suite struct InputFileTests {
  let folder: InputFolder

  // Made by `gzip -n` and `zstd --check` from "a,b\n1,2\n" and "3,4\n", one behind the other.
  private static let gzip = bytes(
    "1f8b08000000000002034bd449e232d431e202007b07970a080000001f8b080000000000020333d6"
      + "31e102003e2d72a904000000")
  private static let zstd = bytes(
    "28b52ffd0458410000612c620a312c320a35e7cace28b52ffd0458210000332c340aaf867ee4")
  private static let plain = Array("a,b\n1,2\n3,4\n".utf8)

  init() throws { folder = try InputFolder() }

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
  }

  private func readAll(_ path: String, pieces: Int = 1 << 16) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    while try file.read(upTo: pieces, into: &bytes) > 0 {}
    return bytes
  }

  @Test(arguments: [1, 2, 3, 7, 64, 1 << 20])
  func readsPlainAndCompressedFilesInPiecesOfAnySize(pieces: Int) throws {
    for bytes in [Self.plain, Self.gzip, Self.zstd] {
      let path = try folder.write(bytes, to: "x")
      #expect(try readAll(path, pieces: pieces) == Self.plain)
    }
  }

  @Test(arguments: [0, 1, 4, 8, 11, 20])
  func whatWasLookedAtIsReadAllTheSame(count: Int) throws {
    for bytes in [Self.plain, Self.gzip, Self.zstd] {
      let file = try InputFile(path: folder.write(bytes, to: "x"))
      for _ in 0..<2 { #expect(try file.peek(count) == Array(Self.plain.prefix(count))) }
      var read: [UInt8] = []
      while try file.read(upTo: 3, into: &read) > 0 {}
      #expect(read == Self.plain)
    }
  }

  @Test func recognisesCompressionByItsMagicNumber() throws {
    for (bytes, name) in [(Self.gzip, "a.csv"), (Self.zstd, "b.csv"), (Self.plain, "c.gz")] {
      #expect(try InputFile(path: folder.write(bytes, to: name)).peek(999) == Self.plain)
    }
  }

  @Test func refusesEveryCutOfACompressedFile() throws {
    for (bytes, format, memberEnd) in [(Self.gzip, "gzip", 28), (Self.zstd, "zstd", 21)] {
      for count in 4..<bytes.count where count != memberEnd {
        let path = try folder.write(Array(bytes.prefix(count)), to: "cut")
        #expect(throws: FileError.truncated(path: path, format: format), "\(format) \(count)") {
          try readAll(path)
        }
      }
    }
  }

  @Test func refusesDamageInACompressedFile() throws {
    for (bytes, format, position) in [(Self.gzip, "gzip", 21), (Self.zstd, "zstd", 19)] {
      var damaged = bytes
      damaged[position] ^= 0x10
      let path = try folder.write(damaged, to: "damaged")
      do {
        let read = try readAll(path)
        Issue.record("\(format) read \(read.count) bytes of a damaged file")
      } catch .corrupted(_, let found, _) {
        #expect(found == format)
      }
    }
  }

  @Test func unpacksMoreThanItsBuffers() throws {
    let packed = Self.bytes(
      "28b52ffd04585400001061610100fbff39c0020200106102001061020010610200106102001061020010610200"
        + "106102001061020010610200106102001061020010610200106102001061020010610200106102001061020010"
        + "6102001061020010610200106103360e61d2bc4322")
    let path = try folder.write(packed, to: "big.zst")
    #expect(try readAll(path, pieces: 1000) == [UInt8](repeating: 0x61, count: 3_000_000))
  }

  @Test func digestsTheStoredBytes() throws {
    let file = try InputFile(path: folder.write(Array("abc".utf8), to: "abc"))
    var bytes: [UInt8] = []
    while try file.read(upTo: 2, into: &bytes) > 0 {}
    #expect(
      file.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func readsAnEmptyFile() throws {
    #expect(try readAll(folder.write([], to: "empty")) == [])
  }

  @Test func namesWhatIsMissingOrADirectory() throws {
    let missing = folder.path + "/none"
    #expect(throws: FileError.missing(path: missing)) { try InputFile(path: missing) }
    #expect(throws: FileError.isDirectory(path: folder.path)) { try InputFile(path: folder.path) }
    let below = try folder.write([1], to: "plain") + "/x"
    #expect(throws: FileError.unreadable(path: below, reason: "not a directory")) {
      try InputFile(path: below)
    }
    let link = folder.path + "/loop"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
    #expect(
      throws: FileError.unreadable(path: link, reason: "too many levels of symbolic links")
    ) { try InputFile(path: link) }
  }

  @Test func readsANamedPipe() throws {
    let path = folder.path + "/pipe"
    let maker = try Process.run(URL(fileURLWithPath: "/usr/bin/mkfifo"), arguments: [path])
    maker.waitUntilExit()
    #expect(maker.terminationStatus == 0)
    let source = try folder.write(Self.gzip, to: "source")
    let writer = try Process.run(
      URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", "cat \"$1\" > \"$2\"", "sh", source, path])
    #expect(try readAll(path) == Self.plain)
    writer.waitUntilExit()
  }
}
