package import Files
package import Ingestion

/// Rules for the files a stage writes.
package struct OutputRules: Sendable {
  /// What happens to files that are there already.
  package var existing = ExistingOutput.replace

  package init() {}
}

/// The files that one stage writes: its output, the rows set aside and, last of all, the summary.
///
/// Standard output, pipes and devices have no files beside them.
package final class StageOutput {
  package let file: OutputFile
  private let rules: OutputRules
  private let inputs: [String]
  private var rejects: RejectsWriter?
  private var others: [OutputFile] = []

  /// Creates the output; refuses one that is among `inputs`, by any name, or whose companions are.
  package init(path: String, rules: OutputRules, inputs: [String]) throws {
    (self.rules, self.inputs) = (rules, inputs)
    file = try OutputFile(path: path, existing: rules.existing, inputs: inputs)
    guard file.isReplaced else { return }
    for companion in [rejectsPath, summaryPath] {
      try OutputFile.refuse(companion, among: inputs)
    }
  }

  /// Creates one more output that is committed with the first.
  package func open(also path: String) throws -> OutputFile {
    guard path != file.path else {
      throw OutputError.cannotCreate(path: path, reason: "it is the name of the output as well")
    }
    let other = try OutputFile(path: path, existing: rules.existing, inputs: inputs)
    others.append(other)
    return other
  }

  /// Writes rows that were set aside to `OUT.rejects.csv`.
  package func reject(_ rows: [RejectedRow]) throws {
    guard file.isReplaced, !rows.isEmpty else { return }
    var writer = try rejects ?? RejectsWriter(output: OutputFile(path: rejectsPath, inputs: inputs))
    for row in rows {
      try writer.append(
        file: row.file, line: row.line, column: row.column, reason: row.reason, text: row.bytes)
    }
    rejects = writer
  }

  /// Puts all files under their names.
  ///
  /// An older summary goes first, so that none stands beside an output that it does not describe;
  /// the new one comes last and is the mark of completion.
  package func commit(_ summary: RunSummary) throws {
    guard file.isReplaced else { return try (others + [file]).forEach { try $0.commit() } }
    let report = try OutputFile(path: summaryPath, inputs: inputs)
    try report.append(summary.json())
    try OutputFile.remove(summaryPath)
    if let rejects { try rejects.commit() } else { try OutputFile.remove(rejectsPath) }
    for other in others { try other.commit() }
    try file.commit()
    try report.commit()
  }

  private var rejectsPath: String { file.path + ".rejects.csv" }
  private var summaryPath: String { file.path + ".summary.json" }
}
