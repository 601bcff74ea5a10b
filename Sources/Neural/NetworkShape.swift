/// The sizes of a residual network; all parameters follow from it.
package struct NetworkShape: Sendable, Equatable, Codable {
  /// Features read, features written, features inside.
  package let inputs, outputs, width: Int
  /// Residual blocks.
  package let blocks: Int

  package init(inputs: Int, outputs: Int, width: Int, blocks: Int) {
    precondition(
      inputs > 0 && outputs > 0 && width > 0 && blocks >= 0,
      "a network of \(inputs) inputs, \(outputs) outputs, width \(width), \(blocks) blocks")
    (self.inputs, self.outputs, self.width, self.blocks) = (inputs, outputs, width, blocks)
  }
}

/// Where a layer's weights lie in the one array that holds all parameters of a network.
///
/// One array makes the optimizer, the running average, the gradient norm and the model file one loop
/// each.
struct ParameterLayout {
  private(set) var count = 0

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
