import Calibration
import Files
import Ingestion
import Reporting
import Stages
import Stillwater

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One stage with what it depends on and what it leaves.
struct PipelineStep {
  let name: String
  let inputs: [String]
  let output: String
  /// Where the events go, for a stage that writes them.
  var events: String?
  let settings: [String: String]
  let run: @Sendable (@escaping ProgressHandler) async throws -> RunSummary

  private var recordPath: String { output + StageRecord.ending }

  /// The files that the stage writes, by the names they have in its record.
  private var products: [(name: String, path: String, isNeeded: Bool)] {
    var products = [
      (name: "output", path: output, isNeeded: true),
      (name: "rejects", path: output + ".rejects.csv", isNeeded: false),
      (name: "summary", path: output + ".summary.json", isNeeded: true),
    ]
    if let events { products.append((name: "events", path: events, isNeeded: true)) }
    return products
  }

  /// The hash of the program's version, the settings and the contents of all inputs.
  ///
  /// Names below `folder` (with its slash) count from there, so that it does not matter where the
  /// program is called.
  func fingerprint(in folder: String) throws -> String {
    func name(_ path: String) -> String {
      path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }
    var settings = settings
    settings["output"] = name(output)
    settings["events"] = events.map { "=" + name($0) } ?? "none"
    let inputs = try inputs.map {
      StageRecord.File(name: name($0), sha256: try digest(ofFile: $0))
    }
    return StageIdentity(
      version: stillwaterVersion, stage: self.name, settings: settings, inputs: inputs
    ).fingerprint
  }

  /// Whether the outputs are what a run with this fingerprint made.
  func isUpToDate(_ fingerprint: String) -> Bool {
    guard let record = StageRecord.read(recordPath) else { return false }
    let products = products
    return record.isUpToDate(
      stage: name, fingerprint: fingerprint, needed: products.filter(\.isNeeded).map(\.name)
    ) { name in
      products.first { $0.name == name }.flatMap { try? digest(ofFile: $0.path) }
    }
  }

  /// Keeps what was made, rejected rows included.
  func remember(_ fingerprint: String) throws {
    let made = products.filter { $0.isNeeded || FileManager.default.fileExists(atPath: $0.path) }
    let outputs = try made.map {
      StageRecord.File(name: $0.name, sha256: try digest(ofFile: $0.path))
    }
    try StageRecord(stage: name, fingerprint: fingerprint, outputs: outputs).write(to: recordPath)
  }
}

/// The SHA-256 of a file as it is stored.
func digest(ofFile path: String) throws -> String {
  let file = try InputFile(path: path)
  var block: [UInt8] = []
  while try file.read(upTo: 1 << 20, into: &block) > 0 { block.removeAll(keepingCapacity: true) }
  return file.digest
}

/// A setting that may be left out, told apart from every text.
private func optional(_ value: (some CustomStringConvertible)?) -> String {
  value.map { "=\($0)" } ?? "none"
}

/// Several texts as one that no other list gives.
private func list(_ texts: [String]) -> String {
  texts.map { "\($0.utf8.count):\($0)" }.joined()
}

private func text(_ badRows: BadRows) -> String {
  switch badRows.policy {
  case .fail: "fail"
  case .quarantine(let maximum): "quarantine \(optional(maximum))"
  }
}

extension CSVDialect {
  fileprivate var settings: [String: String] {
    [
      "delimiter": delimiter.rawValue, "decimal": decimal.rawValue, "null_values": list(nullValues),
      "time_unit": optional(timeUnit?.rawValue),
    ]
  }
}

extension TrainStage {
  /// Everything that decides the result; the number of threads does not.
  var identity: [String: String] {
    let columns = settings.columns
    let own = [
      "time": optional(columns.time), "group": optional(columns.group),
      "label": optional(columns.label), "positive_label": optional(columns.positiveLabel),
      "ignore": list(columns.ignored), "categorical": list(columns.categorical),
      "quality": settings.quality.rawValue, "window": optional(settings.window),
      "seed": "\(settings.seed)", "false_alarm_rate": "\(settings.falseAlarmRate)",
      "method": settings.method.rawValue, "exemplars": "\(settings.exemplars)",
      "causal": "\(settings.isCausal)", "contamination": "\(settings.contamination)",
      "bad_rows": text(settings.badRows),
    ]
    return own.merging(settings.dialect.settings) { own, _ in own }
  }
}

extension CalibrateStage {
  /// Everything that decides the result, beside the files and the model.
  var identity: [String: String] {
    [
      "method": method.rawValue, "false_alarm_rate": "\(falseAlarmRate)",
      "threshold": optional(threshold), "label": optional(label),
      "positive_label": optional(positiveLabel), "bad_rows": text(options.badRows),
    ]
  }
}

extension ScoreStage {
  /// Everything that decides the result, beside the files and the model.
  var identity: [String: String] {
    [
      "keep": keep.rawValue, "format": format.rawValue, "prefix": prefix,
      "explain": "\(options.explains)", "threshold": optional(threshold),
      "false_alarm_rate": optional(falseAlarmRate), "bad_rows": text(options.badRows),
    ]
  }
}

extension EvaluateStage {
  /// Everything that decides the result, beside the files.
  var identity: [String: String] {
    let own = [
      "label": optional(label), "positive_label": optional(positiveLabel), "score": score,
      "time_column": optional(time), "bad_rows": text(options.badRows),
    ]
    return own.merging(dialect.settings) { own, _ in own }
  }
}
