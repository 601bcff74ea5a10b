extension Table {
  /// The listed rows alone.
  package func selecting(rows: [Int]) -> Table {
    Table(
      columns: columns.map { column in
        let values: ColumnValues =
          switch column.values {
          case .numbers(let values): .numbers(rows.map { values[$0] })
          case .times(let values): .times(rows.map { values[$0] })
          case .categories(let codes, let levels):
            .categories(codes: rows.map { codes[$0] }, levels: levels)
          }
        return Column(name: column.name, values: values)
      }, rowCount: rows.count)
  }

  /// The rows of several tables with the same columns, one after the other.
  package static func joined(_ tables: [Table]) -> Table {
    guard tables.count > 1, let first = tables.first else {
      return tables.first ?? Table(columns: [], rowCount: 0)
    }
    var columns: [Column] = []
    for index in first.columns.indices {
      let values = tables.filter { $0.rowCount > 0 }.map { $0.columns[index].values }
      columns.append(Column(name: first.columns[index].name, values: .joined(values)))
    }
    return Table(columns: columns, rowCount: tables.reduce(0) { $0 + $1.rowCount })
  }
}

extension ColumnValues {
  /// Cells of one kind, one list after the other; categories share one list of levels.
  fileprivate static func joined(_ parts: [ColumnValues]) -> ColumnValues {
    var (numbers, times) = ([Double](), [Int64]())
    var (codes, levels, places) = ([Int32](), [String](), [[UInt8]: Int32]())
    for part in parts {
      switch part {
      case .numbers(let values): numbers += values
      case .times(let values): times += values
      case .categories(let some, let someLevels):
        let mapped = someLevels.map { level -> Int32 in
          let key = Array(level.utf8)
          if let known = places[key] { return known }
          places[key] = Int32(levels.count)
          levels.append(level)
          return Int32(levels.count - 1)
        }
        codes += some.map { $0 < 0 ? -1 : mapped[Int($0)] }
      }
    }
    switch parts.first {
    case .times: return .times(times)
    case .categories: return .categories(codes: codes, levels: levels)
    default: return .numbers(numbers)
    }
  }
}
