/// The dimensions of a residual network, which determine its parameters and their order.
package struct NetworkShape: Sendable, Equatable, Codable {
  /// The numbers of input, output and hidden features.
  package let inputs, outputs, width: Int
  /// The number of residual blocks; 0 is allowed.
  package let blocks: Int

  package init(inputs: Int, outputs: Int, width: Int, blocks: Int) {
    precondition(
      inputs > 0 && outputs > 0 && width > 0 && blocks >= 0,
      "a network of \(inputs) inputs, \(outputs) outputs, width \(width), \(blocks) blocks")
    (self.inputs, self.outputs, self.width, self.blocks) = (inputs, outputs, width, blocks)
  }
}

/// Assigns each layer its range in the one array that holds all parameters of a network.
///
/// A single array makes the optimizer, the moving average, the gradient norm and the model file one
/// loop each.
struct ParameterLayout {
  /// The number of parameters assigned so far.
  private(set) var count = 0

  /// Assigns the next `size` parameters.
  mutating func add(_ size: Int) -> Range<Int> {
    defer { count += size }
    return count..<count + size
  }

  mutating func addLinear(_ inputs: Int, _ outputs: Int) -> Linear {
    Linear(
      inputs: inputs, outputs: outputs, weight: add(inputs * outputs), bias: add(outputs))
  }

  /// A normalization after the linear layer whose bias is `offset`.
  mutating func addNormalization(_ features: Int, offset: Range<Int>) -> Normalization {
    Normalization(gain: add(features), bias: add(features), offset: offset)
  }
}
