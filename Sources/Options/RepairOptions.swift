import Ingestion
import Reporting
package import Stages
import Stillwater

extension RepairStage: Configurable {
  package static var blank: RepairStage { RepairStage(files: [], model: "", output: "") }

  package static let table = options {
    Setting.model(\.model)
    Setting(
      "output", \.output, .path,
      "Where to write the repaired rows; the list of changes goes to OUTPUT.changes.csv.",
      required: true)
    Setting(
      "threshold", \.threshold, .score(),
      "Repair what scores above this instead of the model's threshold.")
    Setting(
      "alarms", \.alarms, .alarmChoice,
      "Repair events at this rate of false alarms, or at one that the model has by name.")
    BadRows.table.at(\.options.badRows)
    Setting.threads(\.options.threads)
    Setting.noClobber(\.rules.existing)
  }

  package func conflicts(_ given: Given) -> [Conflict] {
    let idle = given.has("threshold") ? given.idle("alarms", beside: "threshold") : nil
    return options.badRows.conflicts(given) + [idle].compactMap { $0 }
  }
}
