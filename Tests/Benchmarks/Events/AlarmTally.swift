import Foundation

/// How the flags of a series stand against its labels; rows of the baseline do not count.
struct AlarmTally: Sendable {
  /// Share of normal rows that are flagged.
  let normalShare: Double?
  /// Share of labelled events of which a row is flagged; nil where there are none.
  let recall: Double?
  /// Alarms, flagged stretches at most `gap` rows apart, that touch no label, in 10,000 normal rows.
  let falseAlarms: Double
  let alarms, falseCount, normalRows: Int

  /// * `gap`: rows between stretches that are one alarm.
  /// * `slack`: rows around a label that are forgiven.
  init(flags: [Bool], labels: [Bool], from first: Int, gap: Int = 400, slack: Int = 0) {
    let (flagged, labelled) = (runs(flags, from: first), runs(labels, from: first))
    let normal = (first..<max(first, flags.count)).filter { !labels[$0] }
    normalRows = normal.count
    normalShare =
      normal.isEmpty ? nil : Double(normal.count { flags[$0] }) / Double(normal.count)
    recall =
      labelled.isEmpty
      ? nil
      : Double(labelled.count { label in flagged.contains { $0.overlaps(label) } })
        / Double(labelled.count)
    var groups: [[Range<Int>]] = []
    for run in flagged {
      if let last = groups.last?.last, run.lowerBound - last.upperBound <= gap {
        groups[groups.count - 1].append(run)
      } else {
        groups.append([run])
      }
    }
    alarms = groups.count
    falseCount = groups.count { group in
      !group.contains { run in
        labelled.contains {
          run.lowerBound - slack < $0.upperBound && $0.lowerBound < run.upperBound + slack
        }
      }
    }
    falseAlarms = Double(falseCount) * 10_000 / Double(max(1, normal.count))
  }

  /// Whether so many false alarms are within what a rate per 10,000 rows lets expect in 19 of 20 cases.
  func holds(rate: Double) -> Bool {
    let expected = rate * Double(normalRows) / 10_000
    var (term, sum, most) = (exp(-expected), 0.0, 0)
    while true {
      sum += term
      if sum >= 0.95 { break }
      most += 1
      term *= expected / Double(most)
    }
    return falseCount <= most
  }
}

/// The stretches of rows that are set, from a row on.
func runs(_ marks: [Bool], from first: Int = 0) -> [Range<Int>] {
  var (runs, start) = ([Range<Int>](), Int?.none)
  for row in first..<max(first, marks.count) {
    if marks[row], start == nil { start = row }
    if !marks[row], let begun = start {
      runs.append(begun..<row)
      start = nil
    }
  }
  if let begun = start { runs.append(begun..<marks.count) }
  return runs
}
