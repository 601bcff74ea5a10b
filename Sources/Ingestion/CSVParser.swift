import CLibCSV

/// The cells of some records, unquoted and stripped of surrounding blanks, in one buffer.
///
/// Three flat arrays instead of an array of strings: no allocation per cell.
package struct CellGrid: Sendable, Equatable {
  /// The bytes of all cells, concatenated.
  package var bytes: [UInt8]
  /// The start of each cell in `bytes`, then the end of the last, `[cells + 1]`.
  package var offsets: [UInt32]
  /// The index of the first cell of each record, then the number of cells, `[records + 1]`.
  package var firsts: [UInt32]

  /// The number of complete records.
  package var recordCount: Int { firsts.count - 1 }

  /// The number of cells in a record.
  package func cellCount(of record: Int) -> Int { Int(firsts[record + 1] - firsts[record]) }

  /// The range of a cell in `bytes`.
  package func range(record: Int, column: Int) -> Range<Int> {
    range(cell: Int(firsts[record]) + column)
  }

  /// The range in `bytes` of the cell with this index among all cells.
  package func range(cell: Int) -> Range<Int> { Int(offsets[cell])..<Int(offsets[cell + 1]) }

  /// The bytes of a cell.
  package func cell(record: Int, column: Int) -> ArraySlice<UInt8> {
    bytes[range(record: record, column: column)]
  }
}

/// Why and where the parser stopped before the end of its input.
package struct ParsingFault: Sendable, Equatable {
  /// `strayQuote` is a quote inside an unquoted cell or behind a closing one, `openQuote` one that is
  /// never closed, `cellTooLong` a cell beyond the cap on libcsv's buffer.
  package enum Kind: Sendable, Equatable {
    case strayQuote, openQuote, cellTooLong, outOfMemory
  }
  package let kind: Kind
  /// The offset of the offending byte, or the end of the bytes.
  package let position: Int
  /// The index of the damaged record.
  package let record: Int
  /// The index of the damaged cell in its record.
  package let column: Int

  package init(kind: Kind, position: Int, record: Int, column: Int) {
    (self.kind, self.position) = (kind, position)
    (self.record, self.column) = (record, column)
  }
}

/// Parses blocks of records with libcsv in strict mode, a new parser for each block.
///
/// This file, `CSVParserNumbers` and `CSVParserScan` contain all unsafe code of the module; no pointer
/// outlives the call it is made for.
package struct CSVParser: Sendable {
  package let delimiter: UInt8

  package init(delimiter: UInt8) { self.delimiter = delimiter }

  /// Parses `bytes[range]`, which holds whole records; `fault` is nil when all of it was parsed.
  ///
  /// The grid holds the complete records before the fault. With `isCut` the range ends inside its last
  /// record, whose cells are dropped. Linear in the bytes; output is written into arrays of the input's
  /// size, since no cell can be longer than its text.
  package func parse(
    _ bytes: [UInt8], in range: Range<Int>, isCut: Bool = false
  ) -> (grid: CellGrid, fault: ParsingFault?) {
    let count = range.count
    var cells = unsafe csv_cells()
    var parsed = 0
    var status: Int32 = 0
    var offsets: [UInt32] = []
    var firsts: [UInt32] = []
    let text = unsafe [UInt8](unsafeUninitializedCapacity: count) { text, textCount in
      unsafe offsets = [UInt32](unsafeUninitializedCapacity: count + 2) { offsets, offsetCount in
        unsafe firsts = [UInt32](unsafeUninitializedCapacity: count + 2) { firsts, firstCount in
          unsafe cells.bytes = text.baseAddress
          unsafe cells.offsets = offsets.baseAddress
          unsafe cells.firsts = firsts.baseAddress
          unsafe bytes.withUnsafeBufferPointer { input in
            let input = unsafe UnsafeBufferPointer(rebasing: input[range])
            unsafe status = csv_cells_parse(
              input.baseAddress, count, delimiter, isCut ? 0 : 1, &cells, &parsed)
          }
          unsafe firstCount = cells.record_count + 1
        }
        unsafe offsetCount = cells.cell_count + 1
      }
      unsafe textCount = Int(offsets[Int(cells.cell_count)])
    }
    let grid = CellGrid(bytes: text, offsets: offsets, firsts: firsts)
    return (grid, fault(status, at: range.lowerBound + parsed, grid, isAtEnd: parsed == count))
  }

  private func fault(
    _ status: Int32, at position: Int, _ grid: CellGrid, isAtEnd: Bool
  ) -> ParsingFault? {
    guard status != CSV_SUCCESS else { return nil }
    let kind: ParsingFault.Kind =
      switch status {
      case CSV_EPARSE: isAtEnd ? .openQuote : .strayQuote
      case CSV_ENOMEM: .cellTooLong
      default: .outOfMemory
      }
    let column = grid.offsets.count - 1 - Int(grid.firsts[grid.recordCount])
    return ParsingFault(kind: kind, position: position, record: grid.recordCount, column: column)
  }
}
