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

  private let layers: MapSequence

  init(size: Int, batchNorm: Bool, _ maps: MapBuilder) throws(NetworkError) {
    var maps = maps
    for (index, (outputs, side)) in [(size / 4, 4), (size / 4, 2), (size, 2)].enumerated() {
      let (name, norm) = ("\(3 * index)", "\(3 * index + 1)")
      let window = Window.patches(side)
      let activation: Activation = index == 2 ? .identity : .gelu
      if batchNorm {
        try maps.convolution(
          name, norm: norm, outputs, window, bias: true, activation: activation)
      } else {
        try maps.convolution(name, outputs, window)
        try maps.norm(norm, NormStyle(kind: .layer, eps: 1e-5), activation: activation)
      }
    }
    layers = maps.sequence
  }

  func callAsFunction(_ images: Tensor, in workspace: Workspace) -> Matrix {
    layers(workspace.channelsLast(images), in: workspace)
  }
}
