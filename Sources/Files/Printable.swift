/// Text from outside as it can be shown in one line of a terminal.
///
/// Control characters, line separators and marks that turn the direction of writing stand as their
/// code points, such as `<1B>`: none can move the cursor, begin a line or reorder a message.
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

/// The ranges are C0, DEL and C1, the marks of direction, the separators of lines and paragraphs
/// with the embeddings and overrides, and the isolates.
private func isControl(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
  default: false
  }
}
