import Foundation

/// What a merchant category implies.
struct Category {
  let name: String
  let weight: Double
  let price: Double  // median price of one item, EUR
  let spread: Double  // standard deviation of log price
  let items: Double  // mean item count beyond the first; negative: the merchant counts none
  let hours: ClosedRange<Double>  // when its shops are open
  let online: Double  // share paid online

  init(
    _ name: String, _ weight: Double, price: Double, spread: Double, items: Double,
    hours: ClosedRange<Double>, online: Double
  ) {
    (self.name, self.weight, self.price, self.spread) = (name, weight, price, spread)
    (self.items, self.hours, self.online) = (items, hours, online)
  }
}

let categories = [
  Category("grocery", 26, price: 3.1, spread: 0.22, items: 11, hours: 8...21, online: 0.08),
  Category("restaurant", 18, price: 15, spread: 0.25, items: 1.8, hours: 11...23, online: 0.1),
  Category("fuel", 10, price: 58, spread: 0.25, items: -1, hours: 5...23, online: 0),
  Category("clothing", 11, price: 34, spread: 0.4, items: 1.2, hours: 9...20, online: 0.5),
  Category("electronics", 7, price: 190, spread: 0.5, items: 0.3, hours: 9...20, online: 0.6),
  Category("travel", 5, price: 240, spread: 0.45, items: 0.9, hours: 7...22, online: 0.85),
  Category("pharmacy", 9, price: 9.5, spread: 0.35, items: 1.3, hours: 8...19, online: 0.12),
  Category("games", 7, price: 12, spread: 0.5, items: 0.4, hours: 9...24, online: 0.97),
  Category("utilities", 7, price: 85, spread: 0.35, items: -1, hours: 7...20, online: 0.9),
]

/// One country: its currency and the price of a euro in it.
struct Country {
  let code: String
  let weight: Double
  let currency: String
  let rate: Double
}

let countries = [
  Country(code: "DE", weight: 30, currency: "EUR", rate: 1),
  Country(code: "FR", weight: 22, currency: "EUR", rate: 1),
  Country(code: "GB", weight: 20, currency: "GBP", rate: 0.85),
  Country(code: "CH", weight: 12, currency: "CHF", rate: 0.95),
  Country(code: "PL", weight: 16, currency: "PLN", rate: 4.3),
]

/// One card payment; NaN and the empty text are empty cells.
struct Payment {
  var category: Category
  var home: Country
  var country: Country
  var currency = ""
  var amount = 0.0  // in `currency`
  var cardType = ""
  var channel = ""
  var device = ""
  var hour = 0.0
  var accountAge = 0.0
  var distance = 0.0
  var items = 0.0
  var usual = 0.0  // the customer's usual spend in this category, EUR
  var label = 0
  var fraud = ""

  var isOnline: Bool { channel == "online" }

  static let header = [
    "payment_id", "amount", "currency", "country", "home_country", "merchant_category",
    "card_type", "channel", "device", "hour", "account_age_days", "distance_km", "items",
    "usual_amount_eur",
  ]

  /// The CSV row under `header`.
  func row(identifier: String) -> [String] {
    [
      identifier, fixed(amount, 2), currency, country.code, home.code, category.name,
      cardType, channel, device, fixed(hour, 2), fixed(accountAge, 0), fixed(distance, 1),
      fixed(items, 0), fixed(usual, 2),
    ]
  }
}

/// Draws ordinary payments.
struct PaymentSource {
  var random: SplitMix64

  /// One payment, drawn cause before consequence.
  mutating func payment() -> Payment {
    let category = random.pick(categories.map { ($0, $0.weight) })
    let home = random.pick(countries.map { ($0, $0.weight) })
    let abroad = random.chance(category.name == "travel" ? 0.3 : 0.05)
    let country = abroad ? random.pick(countries.filter { $0.code != home.code }) : home
    var payment = Payment(category: category, home: home, country: country)
    payment.currency = country.currency
    drawCard(&payment)
    drawAmount(&payment)
    drawChannel(&payment)
    drawPlace(&payment)
    return payment
  }

  /// Age of the account and the card: prepaid cards are young, corporate ones are old.
  private mutating func drawCard(_ payment: inout Payment) {
    let business = payment.category.name == "travel" ? 22.0 : 6
    payment.cardType = random.pick([
      ("debit", 52), ("credit", 32), ("prepaid", 9), ("corporate", business),
    ])
    let ages: [String: Double] = ["prepaid": 120, "debit": 1500, "credit": 1100]
    let typical = ages[payment.cardType] ?? 2200
    payment.accountAge = min(7300, (typical * exp(random.normal(0, 0.55))).rounded())
  }

  /// Items, the usual spend and this payment's amount around it.
  private mutating func drawAmount(_ payment: inout Payment) {
    let category = payment.category
    let counted = category.items >= 0
    let extra = counted ? -category.items * log(1 - random.uniform()) * 0.8 : 0
    payment.items = counted ? min(60, 1 + extra.rounded()) : .nan
    let wealth: Double = ["prepaid": 0.6, "corporate": 1.5][payment.cardType] ?? 1
    let price = category.price * wealth * exp(random.normal(0, category.spread))
    let total = price * (counted ? payment.items : 1)
    payment.usual = total * exp(random.normal(0, 0.2))
    payment.amount = total * payment.country.rate
    // The tail: now and then a household buys for a feast, with its usual spend to match.
    if random.chance(0.012) {
      let feast = random.uniform(2, 6)
      payment.amount *= feast
      payment.usual *= feast
    }
  }

  /// How it was paid, on what and when; small sums go contactless, shops keep hours.
  private mutating func drawChannel(_ payment: inout Payment) {
    let euros = payment.amount / payment.country.rate
    let hours = payment.category.hours
    if random.chance(payment.category.online) {
      payment.channel = "online"
      payment.device = random.pick([("phone", 60), ("desktop", 32), ("tablet", 8)])
      payment.hour = (20.5 + random.normal(0, 3.6)).truncatingRemainder(dividingBy: 24)
      return
    }
    payment.channel = euros < 50 && random.chance(0.85) ? "contactless" : "chip"
    let middle = (hours.lowerBound + hours.upperBound) / 2
    let width = hours.upperBound - hours.lowerBound
    let hour = middle + random.normal(1, width / 4.5)
    payment.hour = min(hours.upperBound - 0.1, max(hours.lowerBound + 0.1, hour))
  }

  /// Distance from home: known at a terminal, empty online unless the phone tells.
  private mutating func drawPlace(_ payment: inout Payment) {
    let abroad = payment.country.code != payment.home.code
    let near = payment.category.name == "fuel" ? 12.0 : 4
    payment.distance =
      abroad ? 900 * exp(random.normal(0, 0.35)) : near * exp(random.normal(0, 0.8))
    let shared = payment.device == "phone" && random.chance(0.7)
    if payment.isOnline && !shared { payment.distance = .nan }
    // A guest has no account to be old.
    if payment.isOnline && random.chance(0.12) {
      payment.accountAge = .nan
      payment.usual = .nan
    }
  }
}
