package import Stillwater

extension AlarmManners: Configurable {
  package static var blank: AlarmManners { AlarmManners() }

  package static let table = options {
    Setting("merge_gap", \.mergeGap, .span, "Events of a series at most so far apart are one.")
    Setting("min_rows", \.minRows, .whole(1...Int.max), "Drop events of fewer rows.")
    Setting(
      "min_ratio", \.minRatio, .number(1...1e6),
      "Drop events that reach less than this multiple of the threshold.")
    Setting(
      "accept_shift", \.acceptShift, .span,
      """
      After so long a lasting change is the new normal: its event gets the state accepted, and it raises no \
      more alarms.
      """)
  }
}
