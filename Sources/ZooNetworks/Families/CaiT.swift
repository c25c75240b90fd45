import ZooCore
import ZooTensors

/// birder's `CaiT` class: blocks whose heads talk to each other, then blocks in which a class token
/// gathers what the patches have to say.
///
/// Going deeper with Image Transformers (https://arxiv.org/abs/2103.17239).
struct CaiT: Architecture {
  private static let classBlocks = 2

  let embeddingSize: Int
  private let stem: PatchStem
  private let patches: TokenEmbedding
  private let blocks: [TalkingBlock]
  private let classToken: TokenEmbedding
  private let classBlocks: [ClassBlock]
  private let norm: Norm

  init(_ build: Build) throws(NetworkError) {
    let (options, weights) = (build.options, build.weights)
    let size = try options.integer("embed_dim")
    let heads = try options.integer("num_heads")
    let depth = try options.integer("depth")
    let patch: [Int] = try options("patch_size", default: [16, 16])
    let _: Float = try options("init_values")
    guard size % heads == 0 else {
      throw .invalidOption("num_heads", reason: "is \(heads), which does not divide \(size)")
    }
    guard patch.count == 2, patch[0] == patch[1], patch[0] > 0 else {
      throw .invalidOption("patch_size", reason: "is \(patch), not a square [side, side]")
    }
    embeddingSize = size
    let grids = try build.grids(patchSize: patch[0])
    stem = try .patchify(
      "patch_embed.proj", patchSize: patch[0], size: size, weights)
    patches = try TokenEmbedding(
      size: size, special: [], position: ("pos_embed", .patches), grids: grids, weights)
    blocks = try (0..<depth).map { index throws(NetworkError) in
      try TalkingBlock(size: size, heads: heads, weights.scope("block1.\(index)").ofBlock)
    }
    classToken = try TokenEmbedding(
      size: size, special: [("cls_token", 1)], position: nil, grids: grids, weights)
    classBlocks = try (0..<CaiT.classBlocks).map { index throws(NetworkError) in
      try ClassBlock(size: size, heads: heads, weights.scope("block2.\(index)").ofBlock)
    }
    norm = try weights.norm("norm", .layer, size: size)
  }

  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    let count = images.shape[0]
    let x = patches(stem(images, in: workspace), images: count, in: workspace)
    for index in blocks.indices { blocks[index](x, images: count, in: workspace) }
    let u = classToken(x, images: count, in: workspace)
    for index in classBlocks.indices { classBlocks[index](u, images: count, in: workspace) }
    let result = workspace.matrix(rows: count, columns: embeddingSize)
    norm(u.tokens(at: 0, images: count), into: result)
    return result
  }

  var featureShapes: [(stage: String, shape: [Int])] { [] }

  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] { [] }
}

/// x + γ₁ · attention(norm(x)), then x + γ₂ · mlp(norm(x)), with heads that talk.
private struct TalkingBlock {
  private let heads: Int
  private let norm1, norm2: Norm
  private let qkv, projection: Linear
  private let mixing: HeadMixing
  private let mlp: FFN
  private let gamma1, gamma2: Vector

  init(size: Int, heads: Int, _ weights: Weights) throws(NetworkError) {
    self.heads = heads
    let attention = weights.scope("attn")
    norm1 = try weights.norm("norm1", .layer, size: size)
    qkv = try attention.linear("qkv", inputs: size, outputs: 3 * size)
    projection = try attention.linear("proj", inputs: size, outputs: size)
    func mixer(_ name: String) throws(NetworkError) -> (weight: Tensor, bias: Tensor) {
      (
        try attention.tensor(name + ".weight", [heads, heads]),
        try attention.tensor(name + ".bias", [heads])
      )
    }
    mixing = HeadMixing(scores: try mixer("proj_l"), weights: try mixer("proj_w"))
    norm2 = try weights.norm("norm2", .layer, size: size)
    mlp = try FFN(size: size, hidden: 4 * size, activation: .gelu, weights.scope("mlp"))
    gamma1 = try weights.factors("gamma_1", size: size)
    gamma2 = try weights.factors("gamma_2", size: size)
  }

  func callAsFunction(_ x: Matrix, images: Int, in workspace: Workspace) {
    let size = x.columns
    workspace.scope {
      let normed = workspace.matrix(rows: x.rows, columns: size)
      norm1(x, into: normed)
      let mixed = workspace.matrix(rows: x.rows, columns: 3 * size)
      qkv(normed, into: mixed, in: workspace)
      let headSize = size / heads
      workspace.attention(
        q: .perImage(mixed.columns(0..<size), headStride: headSize),
        k: .perImage(mixed.columns(size..<2 * size), headStride: headSize),
        v: .perImage(mixed.columns(2 * size..<3 * size), headStride: headSize), into: normed,
        images: images, heads: heads, headSize: headSize, valueSize: headSize,
        scale: 1 / Float(headSize).squareRoot(), mixing: mixing)
      projection(normed, into: x, scale: gamma1, combine: .add, in: workspace)
    }
    workspace.scope {
      let normed = workspace.matrix(rows: x.rows, columns: size)
      norm2(x, into: normed)
      mlp(normed, into: x, scale: gamma2, combine: .add, in: workspace)
    }
  }
}

/// The same for the class token alone, which sees all tokens.
private struct ClassBlock {
  private let norm1, norm2: Norm
  private let attention: ClassAttention
  private let mlp: FFN
  private let gamma1, gamma2: Vector

  init(size: Int, heads: Int, _ weights: Weights) throws(NetworkError) {
    norm1 = try weights.norm("norm1", .layer, size: size)
    attention = try ClassAttention(
      size: size, heads: heads, names: ("q", "k", "v"), weights.scope("attn"))
    norm2 = try weights.norm("norm2", .layer, size: size)
    mlp = try FFN(size: size, hidden: 4 * size, activation: .gelu, weights.scope("mlp"))
    gamma1 = try weights.factors("gamma1", size: size)
    gamma2 = try weights.factors("gamma2", size: size)
  }

  /// Transforms the class tokens, the first of each image in u [N · T, D].
  func callAsFunction(_ u: Matrix, images: Int, in workspace: Workspace) {
    let token = u.tokens(at: 0, images: images)
    workspace.scope {
      let normed = workspace.matrix(rows: u.rows, columns: u.columns)
      norm1(u, into: normed)
      attention.add(normed, to: token, images: images, scale: gamma1, in: workspace)
    }
    workspace.scope {
      let normed = workspace.matrix(rows: images, columns: u.columns)
      norm2(token, into: normed)
      mlp(normed, into: token, scale: gamma2, combine: .add, in: workspace)
    }
  }
}
