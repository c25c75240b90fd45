import ZooCore
import ZooTensors

/// What turns images into patch embeddings.
enum PatchStem {
  /// One convolution whose kernel and stride are the patch size.
  case patchify(Linear, patchSize: Int)
  /// Three convolutions with norms between them (hMLP, https://arxiv.org/abs/2203.09795).
  case hmlp(HMLPStem)

  /// The usual stem: a convolution, made for patches of p x p pixels.
  ///
  /// - Parameter newSize: the height and width of the patches to come, if it is another one.
  static func patchify(
    _ name: String = "conv_proj", patchSize p: Int, newSize: Int? = nil, size: Int,
    bias: Bool = true, _ weights: Weights
  ) throws(NetworkError) -> PatchStem {
    let weights = weights.scope(name)
    guard let newSize, newSize != p else {
      return .patchify(try weights.linear(shape: [size, 3, p, p], bias: bias), patchSize: p)
    }
    let kernel = try weights.tensor("weight", [size, 3, p, p]).resizedPatches(to: newSize)
    return .patchify(
      try weights.linear(
        weight: kernel, bias: bias ? try weights.tensor("bias", [size]) : nil),
      patchSize: newSize)
  }

  /// Height and width of a patch in pixels, p.
  var patchSize: Int {
    switch self {
    case .patchify(_, let patchSize): patchSize
    case .hmlp: HMLPStem.patchSize
    }
  }

  /// The patches of each of the images [N, 3, H, W].
  func grid(of images: Tensor) -> ImageSize {
    ImageSize(height: images.shape[2], width: images.shape[3]).divided(by: patchSize)
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
  static let patchSize = 16

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

  private let layers: [Layer]

  init(size: Int, batchNorm: Bool, _ weights: Weights) throws(NetworkError) {
    var layers: [Layer] = []
    for (index, shape) in [
      [size / 4, 3, 4, 4], [size / 4, size / 4, 2, 2], [size, size / 4, 2, 2],
    ]
    .enumerated() {
      let norm = "\(3 * index + 1)"
      var kernel = try Kernel(shape, weights.scope("\(3 * index)"))
      if batchNorm { try kernel.fold(batchNorm: weights.scope(norm)) }
      let (weight, bias) = index == 0 ? kernel.channelsFirst : kernel.channelsLast
      layers.append(
        Layer(
          convolution: try weights.linear(weight: weight, bias: bias),
          norm: batchNorm
            ? nil
            : try weights.norm(norm, NormStyle(kind: .layer, eps: 1e-5), size: shape[0])))
    }
    self.layers = layers
  }

  func callAsFunction(_ images: Tensor, in workspace: Workspace) -> Matrix {
    var (height, width) = (images.shape[2] / 4, images.shape[3] / 4)
    var map = layers[0](workspace.patches(of: images, size: 4), activation: .gelu, in: workspace)
    for index in 1..<layers.count {
      let patches = workspace.patches(
        of: map, height: height, width: width, kernel: 2, stride: 2)
      let isLast = index == layers.count - 1
      map = layers[index](patches, activation: isLast ? .identity : .gelu, in: workspace)
      (height, width) = (height / 2, width / 2)
    }
    return map
  }
}
