import ArgumentParser
import Files
import Pipelines
import Reporting
import Stillwater

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the stages of a pipeline.",
    discussion: """
      A stage whose inputs, settings and output have not changed since it was finished is passed over. \
      Paths in the file are relative to its folder.
      """)

  @Argument(help: ArgumentHelp("The pipeline file.", valueName: "pipeline.yaml")) var pipeline:
    String
  @Flag(help: "Say what would be done and do nothing.") var dryRun = false
  @Flag(help: "Run every stage, up to date or not.") var force = false
  @OptionGroup(title: "Console") var consoleOptions: ConsoleOptions

  func run() async throws {
    let console = Console(consoleOptions)
    try await perform(console) {
      let run = PipelineRun(try Pipeline(contentsOf: pipeline))
      if dryRun {
        return try printResult(Array(run.plan().map { printable($0) + "\n" }.joined().utf8))
      }
      try await run.run(force: force, progress: console.progress) { report in
        guard let summary = report.summary else {
          return console.note("\(report.stage): up to date, \(report.output)")
        }
        console.note("\(report.stage): \(summary.sentence), \(report.output)")
        try console.show(summary, [])
      }
    }
  }
}
