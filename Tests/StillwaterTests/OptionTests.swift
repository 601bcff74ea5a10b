import Foundation
import TestSupport
import Testing

/// Where an option may be given, and what counts when it is given twice.
@Suite struct OptionTests {
  private func workdir() throws -> Workdir {
    let folder = try Workdir()
    let rows = (0..<60).map { "\($0 % 13),\(2 * ($0 % 13) + $0 % 3),\($0 % 5)" }
    try folder.write("base.csv", (["x,y,z"] + rows).joined(separator: "\n") + "\n")
    return folder
  }

  /// The seed that a training ended with.
  private func seed(
    _ folder: Workdir, _ arguments: [String], _ environment: [String: String] = [:]
  ) throws -> Int? {
    let outcome = try folder.run(arguments, input: [], environment: environment)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let data = Data(try folder.read("m.summary.json").utf8)
    return (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["seed"] as? Int
  }

  @Test func aFlagComesBeforeTheEnvironment() throws {
    let folder = try workdir()
    let train = ["train", "base.csv", "--model", "m", "--quality", "fast"]
    let five = ["STILLWATER_SEED": "5"]
    #expect(try seed(folder, train) == 0)
    #expect(try seed(folder, train, five) == 5)
    #expect(try seed(folder, train + ["--seed", "6"], five) == 6)
  }

  @Test func theEnvironmentComesBeforeAPipeline() throws {
    let folder = try workdir()
    try folder.write(
      "p.yaml",
      "version: 1\nmodel: m\ntrain: {files: base.csv, quality: fast, seed: 3, memory: 1G}\n")
    #expect(try seed(folder, ["run", "p.yaml"]) == 3)
    #expect(try seed(folder, ["run", "p.yaml"], ["STILLWATER_SEED": "5"]) == 5)
  }

  @Test func aFlagOfARunComesBeforeAll() throws {
    let folder = try workdir()
    try folder.write(
      "p.yaml", "version: 1\nthreads: 2\nmodel: m\ntrain: {files: base.csv, quality: fast}\n")
    func threads(_ flags: [String], _ environment: [String: String] = [:]) throws -> String {
      let run = try folder.run(
        ["run", "p.yaml", "--force", "--json"] + flags, input: [], environment: environment)
      #expect(run.code == 0, "\(run.errors)")
      return String(run.output.firstMatch(of: /"threads" : (\d+)/)?.1 ?? "")
    }
    let three = ["STILLWATER_THREADS": "3"]
    #expect(try threads([]) == "2" && threads([], three) == "3")
    #expect(try threads(["--threads", "1"], three) == "1")
  }

  @Test func everyOptionIsReadFromTheEnvironment() throws {
    let folder = try workdir()
    let environment = [
      "STILLWATER_MODEL": "m", "STILLWATER_QUALITY": "fast", "STILLWATER_IGNORE": "x,z",
      "STILLWATER_QUIET": "1", "STILLWATER_FALSE_ALARM_RATE": "0.05",
    ]
    let outcome = try folder.run(["train", "base.csv"], input: [], environment: environment)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let card = try folder.run("inspect", "m").output
    #expect(card.contains("x: number, ignored") && card.contains("quality fast"), "\(card)")
    #expect(try folder.read("m.summary.json").contains("\"false_alarm_rate\" : 0.05"))
  }

  @Test func aBadVariableIsRefusedByItsName() throws {
    let folder = try workdir()
    let environment = ["STILLWATER_SEED": "many"]
    let reason = "STILLWATER_SEED must be a whole number of 0 or more, found \"many\""
    let train = try folder.run(
      ["train", "base.csv", "--model", "m"], input: [], environment: environment)
    #expect(train.code == 64 && train.errors.contains(reason), "\(train.errors)")
    try folder.write("p.yaml", "version: 1\ntrain: {files: base.csv}\n")
    let run = try folder.run(["run", "p.yaml"], input: [], environment: environment)
    #expect(run.code == 78 && run.errors.contains(reason), "\(run.errors)")
  }

  @Test func aValueMayBeginWithADash() throws {
    let folder = try workdir()
    try folder.write("base.csv", try folder.read("base.csv").replacing("\n3,", with: "\n-none,"))
    let outcome = try folder.run(
      "train", "base.csv", "--model", "m", "--quality", "fast", "--null-value", "-none")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try folder.read("m.summary.json").contains("\"missing_values\" : 5"))
    let forgotten = try folder.run("train", "base.csv", "--model", "m", "--label", "--quality")
    #expect(forgotten.code == 64 && forgotten.errors.contains("--label"), "\(forgotten.errors)")
  }

  @Test func aSlipOfThePenIsAnswered() throws {
    let folder = try workdir()
    let option = try folder.run("train", "base.csv", "--model", "m", "--qualty", "fast")
    #expect(option.code == 64 && option.errors.contains("Did you mean '--quality'?"))
    let word = try folder.run("train", "base.csv", "--model", "m", "--quality", "fsat")
    #expect(word.code == 64 && word.errors.contains("did you mean \"fast\"?"), "\(word.errors)")
  }

  @Test func wordsAndFilesAreCompleted() throws {
    let script = try Workdir().run("--generate-completion-script", "bash")
    #expect(script.code == 0 && script.output.contains("conformal"))
    #expect(script.output.contains("--false-alarm-rate"))
  }

  /// What the program says on a terminal, which `script` is for it.
  private func onTerminal(_ folder: Workdir, _ environment: String, _ flags: String) throws
    -> String
  {
    let command = "\(environment) '\(Workdir.program)' train gone.csv --model m \(flags)"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["script", "-qec", command, "/dev/null"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let output = Pipe()
    (process.standardOutput, process.standardInput) = (output, FileHandle.nullDevice)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/script")))
  func colourIsForTerminalsThatWantIt() throws {
    let folder = try workdir()
    let red = "\u{1b}[31merror:\u{1b}[0m"
    #expect(try onTerminal(folder, "TERM=xterm NO_COLOR=", "").contains(red))
    for (environment, flags) in [
      ("TERM=xterm NO_COLOR=1", ""), ("TERM=xterm", "--no-color"), ("TERM=dumb", ""),
      ("TERM=xterm STILLWATER_NO_COLOR=1", ""),
    ] {
      let said = try onTerminal(folder, environment, flags)
      #expect(said.contains("error: gone.csv") && !said.contains("\u{1b}"), "\(said)")
    }
    #expect(!(try folder.run("train", "gone.csv", "--model", "m").errors.contains("\u{1b}")))
  }
}
