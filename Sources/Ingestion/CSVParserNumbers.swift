import CNumbers

/// Reads decimal numbers from cells, correctly rounded to the nearest double.
///
/// Accepted are blanks, an optional sign, digits with at most one decimal mark, an optional exponent
/// (`-1.5e3`), and blanks; not `inf`, `nan`, hexadecimal or grouping marks. Underflow gives a signed 0.
package struct NumberReader: Sendable {
  let decimal: UInt8

  /// Reads numbers with this byte as the decimal mark.
  package init(decimal: UInt8) { self.decimal = decimal }

  /// What a cell turned out to be; `tooLarge` is a number beyond the largest finite double.
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

  /// Reads a column into `values`, from row `start` to the first cell that is not a number.
  ///
  /// * `firsts`: the index of each row's first cell, `[rows]`.
  /// * `values`: `[rows]`; NaN for empty cells.
  ///
  /// Returns the row of that cell, or the number of rows when there is none.
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
