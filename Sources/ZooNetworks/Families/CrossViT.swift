import ZooCore
import ZooTensors

/// birder's `CrossViT` class: two transformers, on small and on large patches, that exchange their
/// class tokens.
///
/// The embedding is both class tokens, one after the other. CrossViT: Cross-Attention Multi-Scale
/// Vision Transformer for Image Classification (https://arxiv.org/abs/2103.14899).
struct CrossViT: Architecture {
  private static let patchSizes = [12, 16]

  private let sizes: [Int]
  private let stems: [CrossStem]
  private let tokens: [TokenEmbedding]
  private let blocks: [MultiScaleBlock]
  private let norms: [Norm]

  init(_ build: Build) throws(NetworkError) {
    let (options, weights) = (build.options, build.weights)
    let sizes: [Int] = try options("embed_dim")
    let depths: [[Int]] = try options("depths")
    let heads: [Int] = try options("num_heads")
    let ratios: [Float] = try options("mlp_ratio")
    let hasConvolutions: Bool = try options("multi_conv")
    guard sizes.count == 2, heads.count == 2, ratios.count >= 2,
      zip(sizes, heads).allSatisfy({ $0 > 0 && $1 > 0 && $0 % $1 == 0 })
    else {
      throw .invalidOption(
        "embed_dim", reason: "is \(sizes), for \(heads) heads and ratios of \(ratios)")
    }
    for depth in depths where depth.count != 3 || depth.contains(where: { $0 < 0 }) || depth[2] != 0
    {
      throw .invalidOption("depths", reason: "has \(depth), but [blocks, blocks, 0] is needed")
    }
    self.sizes = sizes
    stems = try (0..<2).map { branch throws(NetworkError) in
      try CrossStem(
        size: sizes[branch], patchSize: CrossViT.patchSizes[branch],
        hasConvolutions: hasConvolutions, build.maps.scope("patch_embed.\(branch).proj"))
    }
    let hidden = zip(sizes, ratios).map { Float($0) * $1 }
    guard hidden.allSatisfy({ (1..<Float(1 << 24)).contains($0) }) else {
      throw .invalidOption("mlp_ratio", reason: "is \(ratios), for sizes of \(sizes)")
    }
    for size in [build.size, build.newSize] {
      for (stem, patch) in zip(stems, CrossViT.patchSizes)
      where stem.grid(of: size) != size.divided(by: patch)
        || min(size.height, size.width) < patch
      {
        throw .invalidSize(
          size, reason: "its patches must be as many as those of \(patch) pixels that fit")
      }
    }
    tokens = try (0..<2).map { branch throws(NetworkError) in
      let patch = CrossViT.patchSizes[branch]
      let coming = build.newSize.divided(by: patch)
      return try TokenEmbedding(
        size: sizes[branch], special: [("cls_token.\(branch)", 1)],
        position: ("pos_embed.\(branch)", .specialTokensAndPatches),
        grids: PatchGrids(
          made: build.size.divided(by: patch), resized: coming, coming: coming), weights)
    }
    let styles = (0..<2).map { branch in
      EncoderBlock.Style(
        size: sizes[branch], attention: SelfAttention.Style(heads: heads[branch]),
        mlp: FeedForward.Style(hidden: Int(hidden[branch])), norm: .layer,
        hasLayerScale: false)
    }
    blocks = try depths.enumerated().map { index, depth throws(NetworkError) in
      try MultiScaleBlock(styles, depth, weights.scope("blocks.\(index)").ofBlock)
    }
    norms = try (0..<2).map { branch throws(NetworkError) in
      try weights.norm("norm.\(branch)", .layer, size: sizes[branch])
    }
  }

  var embeddingSize: Int { sizes[0] + sizes[1] }

  /// Each branch has a classifier; the logits are their mean.
  func classifierLayout(_ options: Options) throws(NetworkError) -> ClassifierLayout {
    try .mean(of: [("classifier.0", sizes[0]), ("classifier.1", sizes[1])], options)
  }

  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    let count = images.shape[0]
    let small = tokens[0](stems[0](images, in: workspace), images: count, in: workspace)
    let large = tokens[1](stems[1](images, in: workspace), images: count, in: workspace)
    for index in blocks.indices { blocks[index](small, large, images: count, in: workspace) }
    let result = workspace.matrix(rows: count, columns: embeddingSize)
    norms[0](small.tokens(at: 0, images: count), into: result.columns(0..<sizes[0]))
    norms[1](large.tokens(at: 0, images: count), into: result.columns(sizes[0]..<embeddingSize))
    return result
  }

  var featureShapes: [(stage: String, shape: [Int])] { [] }

  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] { [] }
}

/// What makes patch embeddings: one convolution of the patch size, or three in a row.
private enum CrossStem {
  case patchify(PatchStem, patchSize: Int)
  case convolutions([Window], MapSequence)

  init(
    size: Int, patchSize: Int, hasConvolutions: Bool, _ maps: MapBuilder
  ) throws(NetworkError) {
    guard hasConvolutions else {
      self = .patchify(
        try .patchify("", patchSize: patchSize, size: size, maps.weights), patchSize: patchSize)
      return
    }
    let windows =
      [Window(7, stride: 4)]
      + (patchSize == 12
        ? [.patches(3), Window(3)]
        : [Window(3, stride: 2), Window(3, stride: 2)])
    var maps = maps
    try maps.convolution("0", size / 4, windows[0], activation: .relu)
    try maps.convolution("2", size / 2, windows[1], activation: .relu)
    try maps.convolution("4", size, windows[2])
    self = .convolutions(windows, maps.sequence)
  }

  /// The patches of images of this size; none if the images are too small.
  func grid(of size: ImageSize) -> ImageSize? {
    switch self {
    case .patchify(_, let patchSize): return size.divided(by: patchSize)
    case .convolutions(let windows, _):
      var size = size
      for window in windows {
        guard let next = window.outputSize(of: size) else { return nil }
        size = next
      }
      return size
    }
  }

  /// Images [N, 3, H, W] to patch embeddings [N · h · w, D].
  func callAsFunction(_ images: Tensor, in workspace: Workspace) -> Matrix {
    switch self {
    case .patchify(let stem, _): return stem(images, in: workspace)
    case .convolutions(_, let layers):
      return layers(workspace.channelsLast(images), in: workspace)
    }
  }
}

/// Blocks for each branch; then each branch's class token looks at the other branch's patches.
private struct MultiScaleBlock {
  private let small, large: [EncoderBlock]
  /// From the first branch to the second, and back.
  private let exchanges: [Exchange]

  init(
    _ styles: [EncoderBlock.Style], _ depth: [Int], _ weights: Weights
  ) throws(NetworkError) {
    func blocks(_ branch: Int) throws(NetworkError) -> [EncoderBlock] {
      try (0..<depth[branch]).map { index throws(NetworkError) in
        try EncoderBlock(styles[branch], weights.scope("blocks.\(branch).\(index)"))
      }
    }
    (small, large) = (try blocks(0), try blocks(1))
    exchanges = try (0..<2).map { branch throws(NetworkError) in
      try Exchange(styles[branch], styles[1 - branch], branch, weights)
    }
  }

  /// Transforms the tokens of both branches in place.
  func callAsFunction(_ x: Matrix, _ y: Matrix, images: Int, in workspace: Workspace) {
    for index in small.indices { small[index](x, images: images, only: nil, in: workspace) }
    for index in large.indices { large[index](y, images: images, only: nil, in: workspace) }
    workspace.scope {
      // Both class tokens go over before one of them changes.
      let (first, second) = (x.tokens(at: 0, images: images), y.tokens(at: 0, images: images))
      let there = exchanges[0].send(first, in: workspace)
      let back = exchanges[1].send(second, in: workspace)
      exchanges[0].fuse(there, with: y, into: first, in: workspace)
      exchanges[1].fuse(back, with: x, into: second, in: workspace)
    }
  }
}

/// A class token's way to the other branch and back.
private struct Exchange {
  /// A norm, GELU and a linear layer.
  private struct Projection {
    let norm: Norm
    let linear: Linear

    init(_ inputs: Int, _ outputs: Int, _ weights: Weights) throws(NetworkError) {
      norm = try weights.norm("0", .layer, size: inputs)
      linear = try weights.linear("2", inputs: inputs, outputs: outputs)
    }

    func callAsFunction(_ x: Matrix, into y: Matrix, in workspace: Workspace) {
      let normed = workspace.matrix(rows: x.rows, columns: x.columns)
      norm(x, into: normed, activation: .gelu)
      linear(normed, into: y, in: workspace)
    }
  }

  private let there, back: Projection
  private let norm: Norm
  private let attention: ClassAttention
  private let otherSize: Int

  init(
    _ own: EncoderBlock.Style, _ other: EncoderBlock.Style, _ branch: Int, _ weights: Weights
  ) throws(NetworkError) {
    otherSize = other.size
    there = try Projection(own.size, other.size, weights.scope("projs.\(branch)"))
    back = try Projection(other.size, own.size, weights.scope("revert_projs.\(branch)"))
    let fusion = weights.scope("fusion.\(branch)")
    norm = try fusion.norm("norm1", .layer, size: other.size)
    attention = try ClassAttention(
      size: other.size, heads: other.attention.heads, names: ("wq", "wk", "wv"),
      fusion.scope("attn"))
  }

  /// Class tokens [N, D] in the size of the other branch.
  func send(_ token: Matrix, in workspace: Workspace) -> Matrix {
    let result = workspace.matrix(rows: token.rows, columns: otherSize)
    there(token, into: result, in: workspace)
    return result
  }

  /// Lets sent tokens look at the other branch's patches, in the place of its class token, and brings
  /// them home.
  func fuse(_ token: Matrix, with other: Matrix, into home: Matrix, in workspace: Workspace) {
    let images = token.rows
    let normed = workspace.matrix(rows: other.rows, columns: other.columns)
    norm(other, into: normed)
    norm(token, into: normed.tokens(at: 0, images: images))
    attention.add(normed, to: token, images: images, in: workspace)
    back(token, into: home, in: workspace)
  }
}
