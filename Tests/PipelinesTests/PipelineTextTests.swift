import Pipelines
import Stillwater
import TestSupport
import Testing

@Suite struct PipelineTextTests {
  @Test(arguments: [
    ("", "1:1: the file is empty; a pipeline needs version: 1 and a stage"),
    ("# nothing\n", "1:1: the file is empty; a pipeline needs version: 1 and a stage"),
    ("- a\n", "1:1: the pipeline must hold keys and values, found a list"),
    ("text", "1:1: the pipeline must hold keys and values, found \"text\""),
    ("version: 1\n---\nversion: 1\n", "2:1: a second document begins; a pipeline is one"),
    ("version: 1\nname: a\nname: b\n", "2:1: duplicate key: \"name\"; here is the first"),
    ("version: 1\nname: a\u{7}b\n", "2:8: control characters are not allowed"),
    (
      "version: 1\ntrain: {files: *a}\n",
      "2:16: found undefined alias; a text that begins with * or & must be quoted"
    ),
  ])
  func faultsOfTheTextHaveAPlace(text: String, expected: String) throws {
    #expect(try pipelineProblems(text) == [expected])
  }

  @Test func aPatternWithoutQuotesIsExplained() throws {
    let problem = try #require(try pipelineProblems("version: 1\ntrain: {files: *.csv}\n").first)
    #expect(problem.hasPrefix("2:16: ") || problem.hasPrefix("2:17: "))
    #expect(problem.hasSuffix("; a text that begins with * or & must be quoted"))
  }

  @Test func aFewAliasesAreFine() throws {
    let text = "version: 1\nmodel: m\nscore: {files: &f [a.csv], output: o}\n"
    #expect(try pipelineProblems(text + "evaluate: {files: *f, output: e}\n") == [])
  }

  /// Nine lines that would expand to a thousand million nodes where a key is compared.
  @Test func aliasesCannotExplode() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<10 {
      let row = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(row)]\n"
    }
    text += "? *a9\n: 1\n? *a9\n: 2\n"
    #expect(try pipelineProblems(text) == ["2:50: more than 8 aliases (*name)"])
  }

  @Test(arguments: ["\n", "\r", "\u{85}", "\u{2028}"])
  func aliasesAreCountedAfterEveryLineEnd(end: String) throws {
    let text = "x: &x k" + [String](repeating: "\(end)*x : 1", count: 9).joined()
    let problems = try pipelineProblems(text)
    #expect(problems.count == 1 && problems[0].hasSuffix(": more than 8 aliases (*name)"))
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "])
  func deepNestingIsRefused(opening: String) throws {
    let problems = try pipelineProblems(String(repeating: opening, count: 50_000))
    #expect(problems.count == 1 && problems[0].contains("nested too deeply"), "\(problems)")
  }

  @Test func aLongFileIsRefusedByTheLimit() throws {
    let folder = try pipelineFolder()
    let path = try folder.write("p.yaml", String(repeating: "# padding\n", count: 30_000))
    let error = #expect(throws: StillwaterError.self) { _ = try Pipeline(contentsOf: path) }
    #expect(error?.kind == .overLimit)
  }

  @Test func bytesThatAreNotTextHaveTheirLine() throws {
    let folder = try pipelineFolder()
    let path = try folder.writeBytes("p.yaml", Array("version: 1\nname: ".utf8) + [0xE9, 0x0A])
    let error = #expect(throws: StillwaterError.self) { _ = try Pipeline(contentsOf: path) }
    #expect(error?.description == "\(path):2:1: expected UTF-8 text")
    #expect(error?.kind == .badConfiguration)
  }

  /// Every cut and every changed bit of a pipeline is either a pipeline or refused in words.
  @Test func damagedFilesNeverCrash() throws {
    let folder = try pipelineFolder()
    let text = "version: 1\nmodel: m\nscore:\n  files: [a.csv, &x b.csv]\n  output: \"o\"\n"
    let bytes = Array(text.utf8)
    var texts = (0..<bytes.count).map { Array(bytes[..<$0]) }
    for bit in 0..<(8 * bytes.count) {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      texts.append(changed)
    }
    var accepted = 0
    for bytes in texts {
      guard let text = String(validating: bytes, as: UTF8.self) else { continue }
      do throws(PipelineError) {
        _ = try Pipeline(parsing: text, path: folder.file("p.yaml"))
        accepted += 1
      } catch {
        #expect(error.description.hasPrefix(folder.file("p.yaml") + ":"), "\(text)")
      }
    }
    #expect((1..<texts.count / 4).contains(accepted), "\(accepted) of \(texts.count)")
  }
}
