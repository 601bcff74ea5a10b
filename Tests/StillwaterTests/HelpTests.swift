import Foundation
import TestSupport
import Testing

/// The help of every command as it is kept in `Tests/Fixtures/help`.
///
/// `STILLWATER_HELP=write swift test --filter HelpTests` writes the texts anew; look at what has changed.
@Suite struct HelpTests {
  private static let folder =
    #filePath.components(separatedBy: "/StillwaterTests/")[0] + "/Fixtures/help"

  private func help(_ command: [String]) throws -> String {
    let outcome = try Workdir().run(
      command + ["--help"], input: [], environment: ["COLUMNS": "80"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// The names of all commands, from the help of the program.
  private func commands() throws -> [String] {
    let lines = try help([]).components(separatedBy: "\n")
    let first = try #require(lines.firstIndex(of: "SUBCOMMANDS:"))
    let names = lines[(first + 1)...].prefix { !$0.isEmpty }
      .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
    return names.compactMap { $0.split(separator: " ").first.map { String($0) } }
  }

  @Test func helpIsWhatIsKept() throws {
    let commands = try commands()
    #expect(commands.count >= 6)
    for name in ["stillwater"] + commands {
      let path = "\(Self.folder)/\(name).txt"
      let text = try help(name == "stillwater" ? [] : [name])
      if ProcessInfo.processInfo.environment["STILLWATER_HELP"] == "write" {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
      }
      let kept = try? String(contentsOfFile: path, encoding: .utf8)
      #expect(text == kept, "the help of \(name) is another; see HelpTests")
    }
  }
}
