import Foundation

/// The kinds of fraud: every one breaks a dependence, none needs an unseen value.
enum FraudKind: String, CaseIterable {
  case currency, testing, takeover, night, clone, split

  /// Whether an ordinary payment can be turned into this kind.
  func fits(_ payment: Payment) -> Bool {
    let name = payment.category.name
    switch self {
    case .currency: return true
    case .testing: return name == "electronics" || name == "travel"
    case .takeover: return payment.usual < 110 && payment.usual > 25
    case .night: return !payment.isOnline && ["grocery", "pharmacy", "clothing"].contains(name)
    case .clone: return !payment.isOnline && payment.country.code == payment.home.code
    case .split: return payment.items <= 2 && name != "electronics" && name != "travel"
    }
  }

  /// Turns `payment` into a fraud of this kind.
  func apply(to payment: inout Payment, random: inout SplitMix64) {
    let rate = payment.country.rate
    switch self {
    case .currency:
      let other = random.pick(countries.filter { $0.currency != payment.currency })
      payment.currency = other.currency
      payment.amount *= other.rate / rate
    case .testing: payment.amount = rate * random.uniform(0.9, 6)
    case .takeover: payment.amount = rate * payment.usual * random.uniform(5, 10)
    case .night: payment.hour = random.uniform(0.5, 5.5)
    case .clone: payment.distance = 900 * exp(random.normal(0, 0.35))
    case .split: payment.items = Double(random.integer(14...32))
    }
    payment.label = 1
    payment.fraud = rawValue
  }
}

/// Writes `payments/baseline.csv` and `payments/test.csv`.
func writePayments(to folder: String, seed: UInt64) throws {
  let count = 8000
  var source = PaymentSource(random: SplitMix64(seed: seed, stream: "payments"))
  var random = SplitMix64(seed: seed, stream: "frauds")
  let baseline = (0..<count).map { _ in source.payment() }
  var test = (0..<count).map { _ in source.payment() }
  for (kind, frauds) in zip(FraudKind.allCases, [28, 27, 27, 26, 27, 25]) {
    for _ in 0..<frauds {
      var row = random.integer(0...count - 1)
      while test[row].label == 1 || !kind.fits(test[row]) { row = random.integer(0...count - 1) }
      kind.apply(to: &test[row], random: &random)
    }
  }
  let normal = rows(of: baseline, random: &random)
  try write(normal, header: Payment.header, to: folder + "/payments/baseline.csv")
  let labels = test.map { [String($0.label), $0.fraud] }
  let labelled = zip(rows(of: test, random: &random), labels).map { $0 + $1 }
  let header = Payment.header + ["label", "fraud"]
  try write(labelled, header: header, to: folder + "/payments/test.csv")
}

/// CSV rows under identifiers that say nothing.
private func rows(of payments: [Payment], random: inout SplitMix64) -> [[String]] {
  payments.enumerated().map { index, payment in
    let tail = padded(random.integer(0...9999), 4)
    return payment.row(identifier: "P\(padded(index, 4))-\(tail)")
  }
}
