/// Appends a cell, in quotes only when it needs them (RFC 4180).
package func appendField(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
  let cell = Array(text)
  let needsQuotes = cell.contains { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }
  guard needsQuotes || cell.first == 0x20 || cell.last == 0x20 else {
    bytes += cell
    return
  }
  bytes.append(0x22)
  for byte in cell {
    if byte == 0x22 { bytes.append(0x22) }
    bytes.append(byte)
  }
  bytes.append(0x22)
}

/// Appends a number in the fewest digits that read back to the same value.
package func appendNumber(_ value: Float, to bytes: inout [UInt8]) {
  bytes.append(contentsOf: value.description.utf8)
}

package func appendNumber(_ value: Int, to bytes: inout [UInt8]) {
  bytes.append(contentsOf: String(value).utf8)
}
