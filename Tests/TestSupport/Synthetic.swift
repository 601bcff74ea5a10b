package import Compute

/// Rows near a plane: `factors` hidden numbers mixed into `columns` features, and a little noise.
package func planarRows(
  _ rows: Int, columns: Int, factors: Int = 2, noise: Float = 0.05, seed: UInt64
) -> Matrix {
  let mixing = Matrix.gaussian(rows: factors, columns: columns, seed: 11, stream: 0)
  let hidden = Matrix.gaussian(rows: rows, columns: factors, seed: seed, stream: 1)
  let jitter = Matrix.gaussian(rows: rows, columns: columns, seed: seed, stream: 2)
  var mixed = Matrix(rows: rows, columns: columns)
  multiply(hidden, mixing, into: &mixed)
  for index in mixed.values.indices { mixed.values[index] += noise * jitter.values[index] }
  return mixed
}

/// A noisy wave with two periods, `[rows, 1]`.
package func wave(_ rows: Int, noise: Float = 0.05, seed: UInt64) -> Matrix {
  let jitter = Matrix.gaussian(rows: rows, columns: 1, seed: seed, stream: 3)
  return Matrix(
    rows: rows, columns: 1,
    values: (0..<rows).map { row in
      let time = Double(row)
      return Float(sine(time / 8) + 0.4 * sine(time / 3)) + noise * jitter.values[row]
    })
}

/// Records `time,value` of a quiet wave with a row every minute.
package func minuteRows(_ rows: Int) -> [String] {
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return (0..<rows).map { row in
    let time = "2024-05-\(10 + row / 1_440)T\(two(row / 60 % 24)):\(two(row % 60)):00Z"
    return "\(time),\(sine(Double(row) / 6) + Double((row * 7_919) % 101) / 1_000)"
  }
}
