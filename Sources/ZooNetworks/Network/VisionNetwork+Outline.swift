import ZooCore
import ZooTensors

extension VisionNetwork {
  /// Checks that the tensors of a file would make a network, from their names, shapes and types.
  ///
  /// The layers are built as for a load, so nothing is known of shapes here, but with zeros that
  /// take no memory; what the tensors hold is not looked at.
  /// - Parameters: as those that build a network.
  /// - Throws: ``NetworkError``, the one with which a load would fail.
  package static func check(
    family: String, configuration: JSONObject, classes: Int?, size: ImageSize,
    newSize: ImageSize? = nil, outline: [String: TensorView], backend: Backend
  ) throws(NetworkError) {
    _ = try VisionNetwork(
      family: family, configuration: configuration, classes: classes, size: size,
      newSize: newSize, weights: Weights(outline: outline, backend: backend))
  }

  /// The keys of a network's state dict, and the shapes of their tensors.
  ///
  /// - Parameters: as those that build a network.
  package static func stateDictShapes(
    family: String, configuration: JSONObject, classes: Int, size: ImageSize, backend: Backend
  ) throws(NetworkError) -> [String: [Int]] {
    let weights = Weights(recordingShapes: backend)
    _ = try VisionNetwork(
      family: family, configuration: configuration, classes: classes, size: size,
      weights: weights)
    return weights.taken
  }

  /// A network whose weights are made up: for measuring its speed.
  package convenience init(
    madeUp family: String, configuration: JSONObject, size: ImageSize, precision: Precision,
    backend: Backend
  ) throws(NetworkError) {
    try self.init(
      family: family, configuration: configuration, classes: 0, size: size,
      weights: Weights(madeUpIn: precision, backend: backend))
  }
}
