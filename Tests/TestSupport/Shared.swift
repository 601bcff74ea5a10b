/// What several tests look at and none changes, such as a fitted model: each is made once, by the
/// first that asks for its key.
package actor Shared<Key: Hashable & Sendable, Value: Sendable> {
  private let make: @Sendable (Key) async -> Value
  private var made: [Key: Task<Value, Never>] = [:]

  package init(_ make: @escaping @Sendable (Key) async -> Value) { self.make = make }

  package func callAsFunction(_ key: Key) async -> Value {
    if let task = made[key] { return await task.value }
    let task = Task { [make] in await make(key) }
    made[key] = task
    return await task.value
  }
}
