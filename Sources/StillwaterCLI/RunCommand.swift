import ArgumentParser
import Files
import Options
import Pipelines
import Reporting
import Stillwater

/// `stillwater run`: runs the stages of a pipeline file, or prints what a run would do.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the stages of a pipeline.",
    discussion: """
      A stage whose inputs, settings and output have not changed since it was finished is passed over. \
      Paths in the file are relative to its folder.
      """)

  @Argument(help: ArgumentHelp("The pipeline file.", valueName: "pipeline.yaml")) var pipeline:
    String
  @OptionGroup var options: OptionsOf<RunOptions>
  @OptionGroup var consoleOptions: OptionsOf<ConsoleOptions>

  func run() async throws {
    let console = Console(try consoleOptions.value())
    let options = try options.value()
    try await perform(console) {
      var pipeline = try Pipeline(contentsOf: pipeline)
      if let threads = options.threads { pipeline.use(threads: threads) }
      let run = PipelineRun(pipeline)
      if options.dryRun {
        return try printResult(Array(run.plan().map { printable($0) + "\n" }.joined().utf8))
      }
      try await run.run(force: options.force, progress: console.progress) { report in
        guard let summary = report.summary else {
          return console.note("\(report.stage): up to date, \(report.output)")
        }
        console.note("\(report.stage): \(summary.sentence), \(report.output)")
        try console.show(summary, [])
      }
    }
  }
}
