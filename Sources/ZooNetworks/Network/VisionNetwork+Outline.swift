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
    newSize: ImageSize? = nil, patchSize: Int? = nil, outline: [String: TensorView],
    backend: Backend
  ) throws(NetworkError) {
    _ = try VisionNetwork(
      family: family, configuration: configuration, classes: classes, size: size,
      newSize: newSize, patchSize: patchSize,
      weights: Weights(outline: outline, backend: backend))
  }

  /// A family, which can do what is asked of it; nothing has to be known of the weights.
  ///
  /// - Parameters:
  ///   - patchSize: patches of this size, if not of that of the weights.
  ///   - anyGrid: images of any number of patches.
  /// - Throws: ``NetworkError/unsupportedFamily(_:supported:)``,
  ///   ``NetworkError/fixedPatchSize(flexible:)``, ``NetworkError/fixedAspectRatio(flexible:)``.
  @discardableResult
  package static func architecture(
    of family: String, patchSize: Int?, anyGrid: Bool = false
  ) throws(NetworkError) -> any Architecture.Type {
    guard let type = ZooNetworks.families[family] else {
      throw .unsupportedFamily(family, supported: families { _ in true })
    }
    if patchSize != nil, !type.takesPatchSize {
      throw .fixedPatchSize(flexible: families { $0.takesPatchSize })
    }
    if let patchSize, patchSize < 1 {
      throw .invalidOption("patch_size", reason: "is \(patchSize), not positive")
    }
    if anyGrid, !type.takesAnyGrid {
      throw .fixedAspectRatio(flexible: families { $0.takesAnyGrid })
    }
    return type
  }

  /// ``naflexPatchSize`` of a network that has one.
  package var requiredNaflexPatchSize: Int {
    get throws(NetworkError) {
      if let naflexPatchSize { return naflexPatchSize }
      throw .fixedAspectRatio(flexible: VisionNetwork.families { $0.takesAnyGrid })
    }
  }

  private static func families(that can: (any Architecture.Type) -> Bool) -> [String] {
    ZooNetworks.families.filter { can($0.value) }.keys.sorted()
  }

  /// The keys of a network's state dict, and the shapes of their tensors.
  ///
  /// - Parameters: as those that build a network, and whether branches were merged.
  package static func stateDictShapes(
    family: String, configuration: JSONObject, classes: Int, size: ImageSize,
    reparameterized: Bool = false, backend: Backend
  ) throws(NetworkError) -> [String: [Int]] {
    let weights = Weights(recordingShapes: backend, reparameterized: reparameterized)
    _ = try VisionNetwork(
      family: family, configuration: configuration, classes: classes, size: size,
      weights: weights)
    return weights.taken
  }

  /// A network whose weights are made up: for measuring its speed.
  package convenience init(
    madeUp family: String, configuration: JSONObject, size: ImageSize, precision: Precision,
    isExact: Bool = false, backend: Backend
  ) throws(NetworkError) {
    try self.init(
      family: family, configuration: configuration, classes: 0, size: size,
      weights: Weights(madeUpIn: precision, isExact: isExact, backend: backend))
  }
}
