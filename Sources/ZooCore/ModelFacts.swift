/// Mean and standard deviation of the training images' channels, in the range 0 to 1.
public struct RGBStats: Sendable, Equatable {
  /// Mean of red, green and blue.
  public var mean: [Float]
  /// Standard deviation of red, green and blue.
  public var std: [Float]

  /// Makes statistics from three means and three standard deviations.
  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }

  /// Reads `{"mean": [r, g, b], "std": [r, g, b]}`; `nil` for any other shape, a value that is
  /// not finite, or a standard deviation that is not positive.
  public init?(json: JSONValue) {
    guard let mean = json["mean"]?.floats, let std = json["std"]?.floats,
      mean.count == 3, std.count == 3, mean.allSatisfy(\.isFinite),
      std.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    self.init(mean: mean, std: std)
  }
}

/// Shapes of a model's inputs and outputs; 0 stands for any size.
///
/// The signature that birder saves in a checkpoint:
/// `{"inputs": [{"data_shape": [0, C, H, W]}], "outputs": [{"data_shape": [0, N]}]}`.
public struct Signature: Sendable, Equatable {
  /// One shape for each input, `[N, C, H, W]` for images.
  public var inputs: [[Int]]
  /// One shape for each output; empty where a model declares none.
  public var outputs: [[Int]]

  /// Makes a signature from the shapes of inputs and outputs.
  public init(inputs: [[Int]], outputs: [[Int]]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Reads the JSON form; `nil` unless the first input has four non-negative extents.
  public init?(json: JSONValue) {
    func shapes(_ value: JSONValue?) -> [[Int]]? {
      guard let items = value?.array else { return nil }
      var result: [[Int]] = []
      for item in items {
        guard let shape = item["data_shape"]?.integers, shape.allSatisfy({ $0 >= 0 }) else {
          return nil
        }
        result.append(shape)
      }
      return result
    }
    guard let inputs = shapes(json["inputs"]), inputs.first?.count == 4 else { return nil }
    self.init(inputs: inputs, outputs: shapes(json["outputs"]) ?? [])
  }
}

/// The input size in pixels that a signature states.
///
/// The counterpart of birder's `get_size_from_signature`: the last two extents of the first input.
public func sizeFromSignature(_ signature: Signature) -> ImageSize {
  ImageSize(height: signature.inputs[0][2], width: signature.inputs[0][3])
}
