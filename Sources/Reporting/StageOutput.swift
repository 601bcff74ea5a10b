package import Files
package import Ingestion

/// The user's rules for the files that a stage writes.
package struct OutputRules: Sendable {
  /// What happens to files that exist already.
  package var existing = ExistingOutput.replace

  package init() {}
}

/// The files that one stage writes: its output, the rows set aside and, last, the summary.
///
/// Standard output, pipes and devices get no companion files.
package final class StageOutput {
  /// The output itself, not committed before `commit(_:)`.
  package let file: OutputFile
  private let rules: OutputRules
  private let inputs: [String]
  private var rejects: RejectsWriter?
  private var others: [OutputFile] = []

  /// Creates the output.
  ///
  /// Throws `OutputError.isInput` if it or one of its companions is among `inputs` under any name.
  package init(path: String, rules: OutputRules, inputs: [String]) throws {
    (self.rules, self.inputs) = (rules, inputs)
    file = try OutputFile(path: path, existing: rules.existing, inputs: inputs)
    guard file.isReplaced else { return }
    for companion in [rejectsPath, summaryPath] {
      try OutputFile.refuse(companion, among: inputs)
    }
  }

  /// Creates another output, which is committed together with the first.
  package func open(also path: String) throws -> OutputFile {
    guard path != file.path else {
      throw OutputError.cannotCreate(path: path, reason: "it is the name of the output as well")
    }
    let other = try OutputFile(path: path, existing: rules.existing, inputs: inputs)
    others.append(other)
    return other
  }

  /// Writes rows that were set aside to `OUT.rejects.csv`, which is created for the first one.
  package func reject(_ rows: [RejectedRow]) throws {
    guard file.isReplaced, !rows.isEmpty else { return }
    var writer = try rejects ?? RejectsWriter(output: OutputFile(path: rejectsPath, inputs: inputs))
    for row in rows {
      try writer.append(
        file: row.file, line: row.line, column: row.column, reason: row.reason, text: row.bytes)
    }
    rejects = writer
  }

  /// Renames all files into place.
  ///
  /// The old summary is removed first, so that none ever describes another output; the new one comes last
  /// and marks completion.
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
