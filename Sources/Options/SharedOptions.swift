import Calibration
import Files
package import Ingestion
package import Stillwater

extension ColumnOptions: Configurable {
  package static var blank: ColumnOptions { ColumnOptions() }

  package static let table = options {
    Setting("time", \.time, .column, "The time column, which makes the rows a time series.")
    Setting(
      "group", \.group, .column, "The column that identifies each of several series in one file.")
    Setting(
      "label", \.label, .column,
      "The column with 1 for an anomaly and 0 for normal; never learned from.")
    Setting.positiveLabel(\.positiveLabel)
    Setting("ignore", \.ignored, .texts("column"), "A column to leave out; repeatable.")
    Setting(
      "categorical", \.categorical, .texts("column"),
      "A column to treat as a category; repeatable.")
  }.map { $0.under(.columns) }

  /// A column can have only one role.
  package func conflicts(_ given: Given) -> [Conflict] {
    let roles: [(String, [String?])] = [
      ("time", [time]), ("group", [group]), ("label", [label]), ("ignore", ignored),
      ("categorical", categorical),
    ]
    var (known, conflicts) = ([[UInt8]: String](), [Conflict]())
    for (role, columns) in roles {
      for (index, column) in columns.enumerated() {
        guard let column, let other = known.updateValue(role, forKey: Array(column.utf8)),
          other != role
        else { continue }
        let name = given.isKey(role) ? quoted(column) : column
        conflicts.append(
          Conflict(
            role, at: index,
            "column \(name) is named \(given.role(other)) and \(given.role(role))"))
      }
    }
    return conflicts
  }
}

extension CSVDialect: Configurable {
  package static var blank: CSVDialect { CSVDialect() }

  package static let table = options {
    Setting("delimiter", \.delimiter, .choice, "The separator of cells.")
    Setting("decimal", \.decimal, .choice, "The decimal mark.")
    Setting(
      "null_value", \.nullValues, .texts("token"),
      "A text that means missing, besides the empty cell, NA, N/A, NaN, nan, null and NULL; repeatable.",
      key: "null_values")
    Setting(
      "time_unit", \.timeUnit, .choice, "The unit of times written as plain numbers.")
  }.map { $0.shown(under: .csv).under(.csv) }

  package func conflicts(_ given: Given) -> [Conflict] {
    guard delimiter == .comma, decimal == .comma else { return [] }
    return [
      Conflict(
        "decimal",
        "a decimal comma needs another delimiter, such as "
          + given.spelled("delimiter", "semicolon"))
    ]
  }
}

extension BadRows: Configurable {
  package static var blank: BadRows { .fail }

  /// The treatment of a bad row.
  package enum Action: String, CaseIterable, Sendable { case fail, quarantine }

  package static let table = options {
    Setting(
      "on_bad_rows", \.action, .choice,
      "What to do with a damaged row: refuse the file (fail) or set the row aside (quarantine).")
    Setting(
      "max_bad_rows", \.maximum, .whole(0...Int.max),
      "Refuse a file with more damaged rows than this.")
  }.map { $0.shown(under: .damagedRows) }

  private var action: Action {
    get { self == .fail ? .fail : .quarantine }
    set { self = newValue == .fail ? .fail : .quarantine(maximum: maximum) }
  }

  /// The most bad rows in a file; nil when there is no limit or the first one ends the run.
  private var maximum: Int? {
    get { if case .quarantine(let maximum) = policy { maximum } else { nil } }
    set { if action == .quarantine { self = .quarantine(maximum: newValue) } }
  }

  package func conflicts(_ given: Given) -> [Conflict] {
    guard self == .fail, given.has("max_bad_rows") else { return [] }
    return [
      Conflict(
        "max_bad_rows",
        "\(given.spelled("max_bad_rows")) needs \(given.spelled("on_bad_rows", "quarantine"))")
    ]
  }
}

extension Setting {
  typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  static func positiveLabel(_ path: Path<String?>) -> Setting {
    Setting(
      "positive_label", path, .text("value"), "The text of an anomaly in the label column."
    ).under(.columns)
  }

  static func model(_ path: Path<String>) -> Setting {
    Setting("model", path, .path, "The model file.", required: true).under(.top)
  }

  static func falseAlarmRate(_ path: Path<Double>) -> Setting {
    Setting(
      "false_alarm_rate", path, .number(CalibrationOptions.rates, valueName: "rate"),
      "The fraction of normal rows that may be flagged.")
  }

  static func threads(_ path: Path<Int>) -> Setting {
    Setting(
      "threads", path, .threads,
      "The number of concurrent tasks; default: all processors.",
      decides: false
    ).shown(under: .run).under(.top)
  }

  static func noClobber(_ path: Path<ExistingOutput>) -> Setting {
    Setting(
      "no_clobber", path, .flag(off: .replace, on: .refuse),
      "Refuse to replace an existing output.",
      decides: false
    ).shown(under: .run).flagOnly
  }
}
