import ZooCore
import ZooTensors

extension Network {
  /// Checks that the tensors of a file would make a network, from their names, shapes and types.
  ///
  /// The layers are built as for a load, so nothing is known of shapes here, but with zeros that
  /// take no memory; what the tensors hold is not looked at.
  /// - Parameters: as those that build a network.
  /// - Throws: ``NetworkError``, the one with which a load would fail.
  package static func check(
    family: String, configuration: JSONObject, classes: Int, size: ImageSize,
    newSize: ImageSize? = nil, outline: [String: TensorView], backend: Backend
  ) throws(NetworkError) {
    _ = try Network(
      family: family, configuration: configuration, classes: classes, size: size,
      newSize: newSize, weights: Weights(outline: outline, backend: backend))
  }
}
