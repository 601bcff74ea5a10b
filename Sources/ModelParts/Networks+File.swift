package import Diffusion
package import ModelFile
import Neural

extension TrainedNetwork {
  /// What the metadata says of a network.
  private struct Description: Codable {
    var shape: NetworkShape
    var history: TrainingHistory
  }

  package func store(_ name: String, in file: inout TensorFile) {
    file.set(name, Description(shape: network.shape, history: history))
    file.add("\(name).parameters", parameters)
  }

  package init(_ name: String, from file: TensorFile) throws(ModelFileError) {
    let description = try file.decode(name, as: Description.self)
    let parameters = try file.floats("\(name).parameters")
    guard description.shape.isPlausible else {
      throw .content(key: name, reason: "its sizes are out of range")
    }
    let network = ResidualNetwork(description.shape)
    guard network.parameterCount == parameters.count else {
      throw .content(
        key: name,
        reason: "found \(parameters.count) parameters, expected \(network.parameterCount)")
    }
    self.init(network: network, parameters: parameters, history: description.history)
  }
}

extension NetworkShape {
  /// Whether the sizes can be multiplied and allocated without harm.
  fileprivate var isPlausible: Bool {
    (1...100_000).contains(inputs) && (1...100_000).contains(outputs) && (1...8_192).contains(width)
      && (0...64).contains(blocks)
  }
}

extension TrainingProgress {
  /// What the metadata says of a network; the arrays are tensors.
  private struct Stored: Codable {
    var options: AdamW.Options
    var optimizerSteps, failures, worse: Int
    var best: Double?
    var history: TrainingHistory
  }

  /// Keeps how far the training of a network is.
  package func store(_ network: String, in file: inout TensorFile) {
    file.set(
      network,
      Stored(
        options: optimizer.options, optimizerSteps: optimizer.step, failures: failures,
        worse: stopping.worse, best: stopping.best, history: history))
    file.add("\(network).parameters", parameters)
    file.add("\(network).average", optimizer.average)
    file.add("\(network).m", optimizer.m)
    file.add("\(network).v", optimizer.v)
    if let best = stopping.parameters { file.add("\(network).best", best) }
  }

  package init(_ network: String, from file: TensorFile) throws(ModelFileError) {
    let stored = try file.decode(network, as: Stored.self)
    let parameters = try file.floats("\(network).parameters")
    func floats(_ name: String) throws(ModelFileError) -> [Float] {
      try file.floats("\(network).\(name)", shape: [parameters.count])
    }
    let counts = [
      stored.history.steps, stored.optimizerSteps, stored.failures, stored.worse,
      stored.history.skipped,
    ]
    guard counts.allSatisfy({ $0 >= 0 && $0 <= min(stored.history.steps, 1 << 40) }) else {
      throw .content(key: network, reason: "its steps are out of range")
    }
    self.init(
      parameters: parameters,
      optimizer: AdamW(
        stored.options, average: try floats("average"), m: try floats("m"), v: try floats("v"),
        step: stored.optimizerSteps))
    (history, failures) = (stored.history, stored.failures)
    (stopping.best, stopping.worse) = (stored.best, stored.worse)
    if file.tensors["\(network).best"] != nil { stopping.parameters = try floats("best") }
  }
}
