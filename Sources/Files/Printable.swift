/// Untrusted text (paths, cells, column names) made safe to show on one line of a terminal.
///
/// Control characters, line separators and bidirectional marks are replaced by their code points in
/// hexadecimal, such as `<1B>`, so that none can move the cursor, start a line or reorder a message.
package func printable(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    guard isControl(scalar.value) else {
      result.append(scalar)
      continue
    }
    let code = String(scalar.value, radix: 16, uppercase: true)
    result.append(contentsOf: "<\(code.count < 2 ? "0" + code : code)>".unicodeScalars)
  }
  return String(result)
}

/// The ranges are, in order: C0; DEL and C1; the implicit direction marks; line and paragraph
/// separators with the embeddings and overrides; the isolates (Unicode 15, UAX #9).
private func isControl(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
  default: false
  }
}
