import Compute
import ModelFile

extension TensorFile {
  /// A tensor of two dimensions.
  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(ModelFileError) -> Matrix {
    Matrix(rows: rows, columns: columns, values: try floats(name, shape: [rows, columns]))
  }

  /// Keeps a matrix.
  mutating func add(_ name: String, _ matrix: Matrix) {
    tensors[name] = Tensor(matrix.values, shape: [matrix.rows, matrix.columns])
  }
}
