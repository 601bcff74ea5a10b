import Files
import Foundation
import Testing

@Suite struct InputPathsTests {
  let folder: InputFolder

  init() throws {
    folder = try InputFolder()
    for name in [
      "b.csv", "a.csv", "B.csv.gz", "c.csv.zst", "notes.txt", ".csv", "sub/x1.csv", "sub/x2.csv",
      "tub/x1.csv", "we[ird].csv",
    ] {
      try folder.write([1], to: name)
    }
  }

  private func expand(_ arguments: [String]) throws(FileError) -> [String] {
    try InputPaths.expand(arguments.map { $0 == "-" ? $0 : folder.path + "/" + $0 }).map {
      $0 == "-" ? $0 : String($0.dropFirst(folder.path.count + 1))
    }
  }

  @Test(arguments: [
    (["b.csv", "-", "a.csv"], ["b.csv", "-", "a.csv"]),
    (["none.csv"], ["none.csv"]),
    (["sub"], ["sub/x1.csv", "sub/x2.csv"]),
    (["*.csv"], ["a.csv", "b.csv", "we[ird].csv"]),
    (["?ub/x1*"], ["sub/x1.csv", "tub/x1.csv"]),
    (["s*/x[2-9].csv"], ["sub/x2.csv"]), (["[!s]ub/*.csv"], ["tub/x1.csv"]),
    (["we[ird].csv"], ["we[ird].csv"]),
    (["[a-b].csv", "sub/"], ["a.csv", "b.csv", "sub/x1.csv", "sub/x2.csv"]),
    (["*"], ["B.csv.gz", "a.csv", "b.csv", "c.csv.zst", "notes.txt", "we[ird].csv"]),
  ])
  func expandsPaths(arguments: [String], expected: [String]) throws {
    #expect(try expand(arguments) == expected)
  }

  @Test func takesTheTablesOfADirectorySortedByBytes() throws {
    let names = try InputPaths.expand([folder.path]).map { $0.split(separator: "/").last }
    #expect(names == ["B.csv.gz", "a.csv", "b.csv", "c.csv.zst", "we[ird].csv"])
  }

  @Test func refusesWhatNamesNoFile() throws {
    let pattern = folder.path + "/*.parquet"
    #expect(throws: FileError.noMatch(path: pattern, reason: "no file matches")) {
      try InputPaths.expand([pattern])
    }
    #expect(throws: FileError.noMatch(path: "-", reason: "standard input can be read only once")) {
      try InputPaths.expand(["-", "-"])
    }
    let empty = folder.path + "/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let reason = "the directory holds no .csv, .csv.gz, .csv.zst file"
    #expect(throws: FileError.noMatch(path: empty, reason: reason)) {
      try InputPaths.expand([empty])
    }
  }

  @Test func readsAListOfPaths() throws {
    let list = try folder.write(Array("a.csv\r\n\n b c.csv\n-\nlast".utf8), to: "list")
    #expect(try InputPaths.list(from: list) == ["a.csv", " b c.csv", "-", "last"])
  }

  @Test func matchesPatternsWithManyStarsInShortTime() throws {
    let name = String(repeating: "a", count: 200)
    let path = try folder.write([1], to: name)
    let pattern = folder.path + "/" + String(repeating: "a*", count: 60)
    #expect(try InputPaths.expand([pattern + "[^b]"]) == [path])
    #expect(throws: FileError.self) { try InputPaths.expand([pattern + "b"]) }
  }
}
