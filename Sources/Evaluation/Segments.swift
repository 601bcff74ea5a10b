/// The stretches of consecutive true labels, first and last row included, in order.
func segments(of labels: [Bool]) -> [ClosedRange<Int>] {
  var segments: [ClosedRange<Int>] = []
  var start: Int?
  for (row, label) in labels.enumerated() {
    if label, start == nil { start = row }
    if !label, let first = start {
      segments.append(first...(row - 1))
      start = nil
    }
  }
  if let first = start { segments.append(first...(labels.count - 1)) }
  return segments
}
