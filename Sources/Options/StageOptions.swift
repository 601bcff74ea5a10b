import Calibration
import Ingestion
import Reporting
package import Stages
import Stillwater

extension TrainStage: Configurable {
  package static var blank: TrainStage {
    TrainStage(files: [], model: "", settings: TrainingSettings())
  }

  package static let table = options {
    Setting.model(\.model)
    Setting.files(\.files)
    ColumnOptions.table.at(\.settings.columns)
    Setting("quality", \.settings.quality, .choice, "How much work to put in.")
    Setting(
      "window", \.settings.window, .whole(TrainingSettings.windows), none: "auto",
      "Rows per sample of a series.")
    Setting(
      "causal", \.settings.isCausal, .flag,
      "Score each row of a series by what came before it only, for live use; finds less.")
    Setting("seed", \.settings.seed, .whole(0...UInt64.max), "The same seed gives the same model.")
    Setting("alarms", \.settings.alarmPlan, .alarms, alarmSentence)
    Setting.falseAlarmRate(\.settings.falseAlarmRate)
    Setting(
      "method", \.settings.method, .choice([.conformal, .quantile, .evt]),
      "How the threshold is set.")
    Setting(
      "exemplars", \.settings.exemplars, .whole(TrainingSettings.exemplarCounts).or("none", for: 0),
      "Baseline rows kept in the model; none keeps means of several rows each.")
    Setting(
      "contamination", \.settings.contamination,
      .number(TrainingSettings.contaminations, valueName: "share"),
      """
      Share of a table's baseline rows that may be anomalies, up to 0.2: a row far from most others then \
      counts as abnormal even beside a few of its kind.
      """)
    Setting(
      "memory", \.settings.memory, .size,
      """
      Memory that the baseline may take, as 512M or 4G; of larger tables a sample is learned from. \
      Default: a quarter of the machine.
      """)
    Setting(
      "resume", \.resumes, .flag,
      """
      Go on from MODEL.checkpoint where a training on the same data with the same settings was cut \
      off; the model is the same as without the cut.
      """, decides: false
    ).flagOnly
    CSVDialect.table.at(\.settings.dialect)
    BadRows.table.at(\.settings.badRows)
    Setting.threads(\.settings.threads)
    Setting.noClobber(\.rules.existing)
  }

  private var resumes: Bool {
    get { resumption == .asked }
    set { resumption = newValue ? .asked : .never }
  }

  package func conflicts(_ given: Given) -> [Conflict] {
    var conflicts = settings.columns.conflicts(given) + settings.dialect.conflicts(given)
    conflicts += settings.badRows.conflicts(given)
    let time = given.spelled("time")
    if settings.isCausal, settings.columns.time == nil {
      conflicts.append(
        Conflict("causal", "\(given.spelled("causal")) is for series: name the \(time) column"))
    }
    if settings.contamination > 0, settings.columns.time != nil {
      let option = given.spelled("contamination")
      conflicts.append(
        Conflict("contamination", "\(option) is for tables: leave it out with \(time)"))
    }
    if given.has("alarms"), settings.columns.time == nil {
      conflicts.append(
        Conflict("alarms", "\(given.spelled("alarms")) is for series: name the \(time) column"))
    }
    conflicts += given.idleBesideAlarms
    if [.bestF1, .fixed].contains(settings.method) {
      let option = given.spelled("method")
      conflicts.append(Conflict("method", "train takes conformal, quantile or evt as \(option)"))
    }
    return conflicts
  }
}

extension CalibrateStage: Configurable {
  package static var blank: CalibrateStage { CalibrateStage(files: [], model: "") }

  package static let table = options {
    Setting.model(\.model)
    Setting.files(\.files)
    Setting(
      "output", \.output, .path, "Where the model goes; without it the file is replaced.")
    Setting(
      "method", \.method, .choice([.conformal, .quantile, .evt, .bestF1]),
      "How the threshold is set; best-f1 needs labels.")
    Setting("alarms", \.alarms, .alarms, alarmSentence)
    Setting.falseAlarmRate(\.falseAlarmRate)
    Setting(
      "threshold", \.threshold, .score(), "Set this threshold; then no files are needed.")
    Setting(
      "label", \.label, .column, "The column with 1 for an anomaly and 0 for normal."
    ).under(.columns)
    Setting.positiveLabel(\.positiveLabel)
    BadRows.table.at(\.options.badRows)
    Setting.threads(\.options.threads)
    Setting.noClobber(\.rules.existing)
  }

  package func conflicts(_ given: Given) -> [Conflict] {
    var conflicts = options.badRows.conflicts(given) + given.idleBesideAlarms
    if given.has("threshold") {
      let idle = ["files", "false_alarm_rate", "alarms"] + (method == .fixed ? [] : ["method"])
      conflicts += idle.compactMap { given.idle($0, beside: "threshold") }
    } else if method == .fixed {
      let option = given.spelled("method", "fixed")
      conflicts.append(Conflict("method", "\(option) needs \(given.spelled("threshold"))"))
    }
    return conflicts
  }
}

extension ScoreStage: Configurable {
  package static var blank: ScoreStage { ScoreStage(files: [], model: "", output: "") }

  package static let table = options {
    Setting.model(\.model)
    Setting.files(\.files)
    Setting(
      "output", \.output, .path, "Where the scores go; - is standard output.", required: true)
    Setting(
      "output_folder", \.output, .path,
      "A folder for one output of each file: NAME.csv becomes NAME.scores.csv."
    ).keyOnly
    Setting(
      "keep", \.keep, .choice,
      "Which input columns to keep: all, keys (time, group, identifiers) or none.")
    Setting(
      "explain", \.options.explains, .flag, "Add for each learned column what was expected there.")
    Setting("format", \.format, .choice, "The output format.")
    Setting("prefix", \.prefix, .text("text"), "Put before the names of the added columns.")
    Setting(
      "events", \.events, .path,
      "Write the events of a series here, one a row: when, how bad, which columns, what was expected."
    )
    AlarmManners.table.at(\.options.manners)
    Setting(
      "quiet_times", \.quietTimes, .path,
      """
      A CSV file of times, start,end or start,end,group: events that lie in one get the state quiet and do \
      not count as anomalies.
      """)
    Setting(
      "threshold", \.threshold, .score(),
      "Flag scores above this instead of the model's threshold.")
    Setting(
      "false_alarm_rate", \.falseAlarmRate, .number(CalibrationOptions.rates, valueName: "rate"),
      "Flag at this rate instead of the model's.")
    Setting(
      "alarms", \.alarms, .alarmChoice,
      "Flag the events of a series at this rate of false alarms, or at one that the model has by name."
    )
    BadRows.table.at(\.options.badRows)
    Setting.threads(\.options.threads)
    Setting.noClobber(\.rules.existing)
  }

  package func conflicts(_ given: Given) -> [Conflict] {
    let idle = ["false_alarm_rate", "alarms"].compactMap {
      given.has("threshold") ? given.idle($0, beside: "threshold") : nil
    }
    return options.badRows.conflicts(given) + idle
      + (idle.isEmpty ? given.idleBesideAlarms : [])
  }
}

extension EvaluateStage: Configurable {
  package static var blank: EvaluateStage { EvaluateStage(files: []) }

  package static let table = options {
    Setting.files(\.files)
    Setting(
      "label", \.label, .column,
      "The column with 1 for an anomaly and 0 for normal; default: label."
    ).under(.columns)
    Setting.positiveLabel(\.positiveLabel)
    Setting(
      "score", \.score, .column, "The column with the scores, higher is more abnormal.")
    Setting(
      "time", \.time, .column, "The time column of a score file, to judge it as a series."
    ).under(.columns)
    Setting("model", \.model, .path, "Score the files with this model first.").flagOnly
    Setting("output", \.output, .path, "Where the metrics go as JSON.")
    CSVDialect.table.at(\.dialect)
    BadRows.table.at(\.options.badRows)
    Setting.threads(\.options.threads)
    Setting.noClobber(\.rules.existing)
  }

  package func conflicts(_ given: Given) -> [Conflict] {
    var conflicts = dialect.conflicts(given) + options.badRows.conflicts(given)
    if model == nil, score.utf8.elementsEqual((label ?? "label").utf8) {
      let (score, label) = (given.spelled("score"), given.spelled("label"))
      conflicts.append(
        Conflict("score", "\(score) and \(label) name the same column, \(self.score)"))
    }
    return conflicts
  }
}

extension Setting {
  fileprivate static func files(_ path: Path<[String]>) -> Setting {
    Setting(
      "files", path, .paths, "CSV files, folders or patterns; one, or a list of them."
    ).keyOnly
  }
}

/// What `--alarms` does where thresholds are set.
private let alarmSentence = """
  False alarms of a series, as 3/week: how many events normal rows of each series may raise; under \
  another name as well, as page=1/month; repeatable.
  """

extension Given {
  /// What counts rows has nothing to decide where alarms are counted.
  fileprivate var idleBesideAlarms: [Conflict] {
    guard has("alarms"), !has("threshold") else { return [] }
    return ["false_alarm_rate", "method"].compactMap { idle($0, beside: "alarms") }
  }
}
