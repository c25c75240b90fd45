import ZooTensors

/// What turns images into patch embeddings.
enum ViTStem {
  /// One convolution whose kernel and stride are the patch size.
  case patchify(Linear, patchSize: Int)
  /// Three convolutions with norms between them (hMLP, https://arxiv.org/abs/2203.09795).
  case hmlp(HMLPStem)

  init(_ configuration: ViTConfiguration, _ weights: Weights) throws(NetworkError) {
    switch configuration.stem {
    case .patchify:
      let p = configuration.patchSize
      self = .patchify(
        try weights.scope("conv_proj").linear(
          shape: [configuration.hiddenSize, 3, p, p], bias: !configuration.preNorm),
        patchSize: p)
    case .hmlp(let batchNorm):
      self = .hmlp(
        try HMLPStem(
          size: configuration.hiddenSize, batchNorm: batchNorm, weights.scope("conv_proj")))
    }
  }

  /// Images [N, 3, H, W] to patch embeddings [N · H/p · W/p, D].
  func callAsFunction(_ images: Tensor, in workspace: Workspace) -> Matrix {
    switch self {
    case .patchify(let projection, let patchSize):
      let patches = workspace.patches(of: images, size: patchSize)
      let result = workspace.matrix(rows: patches.rows, columns: projection.outputs)
      projection(patches, into: result, in: workspace)
      return result
    case .hmlp(let stem):
      return stem(images, in: workspace)
    }
  }
}

/// A hierarchical stem for patches of 16 pixels: convolutions of 4, 2 and 2, each with its norm.
struct HMLPStem {
  /// A convolution with kernel = stride, and the norm behind it if that is not folded in.
  private struct Layer {
    let convolution: Linear
    let norm: Norm?

    func callAsFunction(_ patches: Matrix, activation: Activation, in workspace: Workspace)
      -> Matrix
    {
      let result = workspace.matrix(rows: patches.rows, columns: convolution.outputs)
      convolution(
        patches, into: result, activation: norm == nil ? activation : .identity, in: workspace)
      norm?(result, into: result, activation: activation)
      return result
    }
  }

  private static let normEps: Float = 1e-5

  private let layers: [Layer]

  init(size: Int, batchNorm: Bool, _ weights: Weights) throws(NetworkError) {
    var layers: [Layer] = []
    for (index, shape) in [
      [size / 4, 3, 4, 4], [size / 4, size / 4, 2, 2], [size, size / 4, 2, 2],
    ]
    .enumerated() {
      let (convolution, norm) = ("\(3 * index)", "\(3 * index + 1)")
      var weight = try weights.scope(convolution).tensor("weight", shape)
      var bias = try weights.scope(convolution).tensor("bias", [shape[0]])
      if batchNorm {
        (weight, bias) = try HMLPStem.fold(weights.scope(norm), into: weight, bias)
      }
      // The input of the first is [C, p, p], as the weight; of the others channels-last.
      if index > 0 { weight = HMLPStem.channelsLast(weight) }
      let linear: Linear
      do {
        linear = try Linear(weight: weight, bias: bias, backend: weights.backend)
      } catch {
        throw .tensor(error)
      }
      layers.append(
        Layer(
          convolution: linear,
          norm: batchNorm
            ? nil : try weights.norm(norm, .layer, size: shape[0], eps: HMLPStem.normEps)))
    }
    self.layers = layers
  }

  func callAsFunction(_ images: Tensor, in workspace: Workspace) -> Matrix {
    var (height, width) = (images.shape[2] / 4, images.shape[3] / 4)
    var map = layers[0](workspace.patches(of: images, size: 4), activation: .gelu, in: workspace)
    for index in 1..<layers.count {
      let patches = workspace.patches(of: map, height: height, width: width, size: 2)
      let isLast = index == layers.count - 1
      map = layers[index](patches, activation: isLast ? .identity : .gelu, in: workspace)
      (height, width) = (height / 2, width / 2)
    }
    return map
  }

  /// A convolution [O, …] followed by a BatchNorm over O channels, as one convolution.
  private static func fold(
    _ norm: Weights, into weight: Tensor, _ bias: Tensor
  ) throws(NetworkError) -> (Tensor, Tensor) {
    let outputs = bias.count
    let gamma = try norm.tensor("weight", [outputs]).scalars
    let beta = try norm.tensor("bias", [outputs]).scalars
    let mean = try norm.tensor("running_mean", [outputs]).scalars
    let variance = try norm.tensor("running_var", [outputs]).scalars
    norm.ignore("num_batches_tracked")
    let scale = (0..<outputs).map { gamma[$0] / (variance[$0] + normEps).squareRoot() }
    let inputs = weight.count / outputs
    return (
      Tensor(
        shape: weight.shape,
        scalars: weight.scalars.enumerated().map { $1 * scale[$0 / inputs] }),
      Tensor(
        shape: bias.shape,
        scalars: (0..<outputs).map { (bias.scalars[$0] - mean[$0]) * scale[$0] + beta[$0] })
    )
  }

  /// A weight [O, C, h, w] as [O, h, w, C].
  private static func channelsLast(_ weight: Tensor) -> Tensor {
    let (outputs, channels) = (weight.shape[0], weight.shape[1])
    let area = weight.shape[2] * weight.shape[3]
    var scalars: [Float] = []
    scalars.reserveCapacity(weight.count)
    for output in 0..<outputs {
      for cell in 0..<area {
        for channel in 0..<channels {
          scalars.append(weight.scalars[(output * channels + channel) * area + cell])
        }
      }
    }
    return Tensor(
      shape: [outputs, weight.shape[2], weight.shape[3], channels], scalars: scalars)
  }
}
