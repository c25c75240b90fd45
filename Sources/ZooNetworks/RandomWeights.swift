import ZooCore
import ZooTensors

extension Network {
  /// A network without a classifier whose weights are made up: for measuring its speed.
  package convenience init(
    random family: String, configuration: JSONObject, size: ImageSize, precision: Precision,
    backend: Backend
  ) throws(NetworkError) {
    try self.init(
      family: family, configuration: configuration, classes: 0, size: size,
      weights: Weights(randomIn: precision, backend: backend))
  }
}

extension Weights {
  /// Numbers of a scale that keeps activations near 1; vectors near 1, as those of norms.
  static func randomTensor(_ key: String, _ shape: [Int]) -> TensorView? {
    let inputs = shape.dropFirst().reduce(1, *)
    let scale: Float = shape.count == 1 ? 0.1 : 1.7 / Float(max(inputs, 1)).squareRoot()
    let center: Float = shape.count == 1 && !key.hasSuffix("bias") ? 1 : 0
    var state = key.utf8.reduce(UInt64(1469)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let values = (0..<shape.reduce(1, *)).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return center + scale * (Float(state >> 40) / Float(1 << 23) - 1)
    }
    return try? values.withUnsafeBytes { bytes in
      try TensorView(
        dtype: .float32, shape: shape, byteOffset: 0, storage: ByteStorage(copying: bytes))
    }
  }
}
