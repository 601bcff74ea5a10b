import CNumbers

/// Reads numbers out of cells: R8's syntax, the nearest double, NaN for an empty cell.
package struct NumberReader: Sendable {
  let decimal: UInt8

  package init(decimal: UInt8) { self.decimal = decimal }

  package enum Reading: Equatable {
    case number(Double), empty, malformed, tooLarge
  }

  /// Reads one cell.
  package func read(_ text: ArraySlice<UInt8>) -> Reading {
    var value = 0.0
    let status = unsafe text.withUnsafeBufferPointer {
      unsafe number_parse($0.baseAddress, $0.count, decimal, &value)
    }
    switch UInt32(bitPattern: status) {
    case NUMBER_FINITE.rawValue: return .number(value)
    case NUMBER_EMPTY.rawValue: return .empty
    case NUMBER_OVERFLOW.rawValue: return .tooLarge
    default: return .malformed
    }
  }

  /// Reads a column from record `start` on into `values`; returns the first that is no number.
  func readColumn(
    _ column: Int, of grid: CellGrid, firsts: [UInt32], from start: Int, into values: inout [Double]
  ) -> Int {
    precondition(values.count == firsts.count, "\(values.count) values, \(firsts.count) records")
    return unsafe grid.bytes.withUnsafeBufferPointer { bytes in
      unsafe grid.offsets.withUnsafeBufferPointer { offsets in
        unsafe firsts.withUnsafeBufferPointer { firsts in
          unsafe values.withUnsafeMutableBufferPointer { values in
            unsafe number_parse_column(
              bytes.baseAddress, offsets.baseAddress, firsts.baseAddress, start, firsts.count,
              column, decimal, values.baseAddress)
          }
        }
      }
    }
  }
}
