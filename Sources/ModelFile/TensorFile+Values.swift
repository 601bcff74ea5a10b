import Files

extension TensorFile {
  /// Keeps a value as JSON among the metadata.
  package mutating func set(_ key: String, _ value: some Encodable) {
    metadata[key] = String(decoding: SnakeCaseJSON.encode(value), as: UTF8.self)
  }

  /// Takes a value back from its JSON among the metadata.
  package func decode<Value: Decodable>(_ key: String, as type: Value.Type) throws(ModelFileError)
    -> Value
  {
    let text = try text(key)
    do { return try SnakeCaseJSON.decode(type, from: text.utf8) } catch {
      throw .content(key: key, reason: "it is not what this program wrote")
    }
  }

  /// The shape of a tensor of two dimensions.
  package func shape(_ name: String) throws(ModelFileError) -> (rows: Int, columns: Int) {
    guard let tensor = tensors[name] else { throw .missingTensor(name: name) }
    guard tensor.shape.count == 2 else {
      throw .unfit(tensor: name, found: "\(tensor.shape)", expected: "two dimensions")
    }
    return (tensor.shape[0], tensor.shape[1])
  }

  /// Keeps a vector.
  package mutating func add(_ name: String, _ values: [Float]) { tensors[name] = Tensor(values) }
}
