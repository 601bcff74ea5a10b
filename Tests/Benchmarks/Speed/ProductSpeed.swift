import Compute

/// The most that this machine multiplies for one shape, in floating-point operations a second.
struct ProductPeak: Sendable {
  let m, k, n: Int
  private(set) var oneThread = 0.0
  private(set) var twoThreads = 0.0

  /// Products of `[m, k]` and `[k, n]`.
  init(_ m: Int, _ k: Int, _ n: Int) { (self.m, self.k, self.n) = (m, k, n) }

  /// Multiplies for about a tenth of a second, alone and two side by side; keeps the best.
  mutating func measure() async {
    let count = max(1, 2_000_000_000 / (m * k * n))
    let flops = 2 * Double(m) * Double(k) * Double(n) * Double(count)
    let shape = self
    let one = await wallSeconds { shape.multiplyOften(count) }
    let two = await wallSeconds {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<2 { group.addTask { shape.multiplyOften(count) } }
      }
    }
    (oneThread, twoThreads) = (max(oneThread, flops / one), max(twoThreads, 2 * flops / two))
  }

  private func multiplyOften(_ count: Int) {
    let a = Matrix(rows: m, columns: k, repeating: 0.5)
    let b = Matrix(rows: k, columns: n, repeating: 0.25)
    var c = Matrix(rows: m, columns: n)
    for _ in 0..<count { multiply(a, b, into: &c) }
  }

  var row: SpeedRow {
    SpeedRow(
      what: "products \(m) x \(k) x \(n), 2 threads", figure: gigaflops(twoThreads),
      beside: "1 thread: \(gigaflops(oneThread))", ratio: twoThreads / oneThread)
  }
}
