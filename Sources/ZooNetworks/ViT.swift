import ZooCore
import ZooTensors

/// birder's `ViT` class: a vision transformer with the options of ``ViTConfiguration``.
///
/// An Image is Worth 16x16 Words (https://arxiv.org/abs/2010.11929); registers: Vision Transformers
/// Need Registers (https://arxiv.org/abs/2309.16588).
struct ViT: Architecture {
  private let configuration: ViTConfiguration
  private let size: ImageSize
  private let stem: ViTStem
  /// [S, D], registers before the class token, with their position embedding if they have one.
  private let specialTokens: Tensor
  /// [P, D], the position embedding of the patches.
  private let position: Tensor?
  private let preNorm: Norm?
  private let blocks: [EncoderBlock]
  private let norm: Norm?
  private let attentionPool: AttentionPool?
  private let embeddingNorm: Norm?

  var embeddingSize: Int { configuration.hiddenSize }

  init(
    configuration options: JSONObject, size: ImageSize, newSize: ImageSize, weights: Weights
  ) throws(NetworkError) {
    let configuration = try ViTConfiguration(options)
    self.configuration = configuration
    self.size = newSize
    let (p, hidden) = (configuration.patchSize, configuration.hiddenSize)
    for size in [size, newSize] {
      let sides = [size.height, size.width]
      guard sides.allSatisfy({ (1...ImageSize.largestSide).contains($0) && $0 % p == 0 }) else {
        throw .invalidSize(
          height: size.height, width: size.width,
          reason: "both must be multiples of \(p) up to \(ImageSize.largestSide)")
      }
    }
    stem = try ViTStem(configuration, weights)
    (specialTokens, position) = try ViT.tokens(
      configuration, grid: ImageSize(height: size.height / p, width: size.width / p),
      newGrid: ImageSize(height: newSize.height / p, width: newSize.width / p), weights)

    func norm(_ name: String) throws(NetworkError) -> Norm {
      try weights.norm(name, configuration.norm, size: hidden, eps: configuration.eps)
    }
    preNorm =
      configuration.preNorm
      ? try norm("encoder.pre_block.\(configuration.hasDropout ? 1 : 0)") : nil
    var blocks: [EncoderBlock] = []
    for index in 0..<configuration.layers {
      // Soft experts stand in the second half of the blocks.
      var mlp = configuration.mlp
      if case .softMoE = mlp, index < configuration.layers / 2 { mlp = .ffn }
      blocks.append(
        try EncoderBlock(
          configuration, mlp: mlp, weights.scope("encoder.block").scope("\(index)").ofBlock))
    }
    self.blocks = blocks
    self.norm = configuration.postNorm && !configuration.normAfterPool ? try norm("norm") : nil
    if let type = configuration.attentionPool {
      attentionPool = try AttentionPool(type, configuration, weights.scope("attn_pool"))
    } else {
      attentionPool = nil
    }
    embeddingNorm =
      configuration.postNorm && configuration.normAfterPool ? try norm("embedding_norm") : nil
  }

  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    let count = images.shape[0]
    let x = tokens(of: images, in: workspace)
    for index in blocks.indices {
      // Where only the class token is pooled, the last block need not finish the others.
      let isLast = index == blocks.count - 1
      let token = isLast && poolsClassToken ? configuration.registers : nil
      blocks[index](x, images: count, only: token, in: workspace)
    }
    let embedding = pool(x, images: count, in: workspace)
    embeddingNorm?(embedding, into: embedding)
    return embedding
  }

  var featureShapes: [(stage: String, shape: [Int])] {
    let shape = [
      embeddingSize, size.height / configuration.patchSize, size.width / configuration.patchSize,
    ]
    return featureBlocks.indices.map { ("stage\($0 + 1)", shape) }
  }

  /// The blocks whose outputs are feature maps.
  private var featureBlocks: [Int] { configuration.outIndices ?? [blocks.count - 1] }

  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] {
    let count = images.shape[0]
    let (height, width) = (
      size.height / configuration.patchSize, size.width / configuration.patchSize
    )
    let x = tokens(of: images, in: workspace)
    let indices = featureBlocks
    var maps: [FeatureMap] = []
    for (index, block) in blocks.enumerated() {
      block(x, images: count, in: workspace)
      guard indices.contains(index) else { continue }
      workspace.scope {
        let patches = workspace.dropTokens(x, images: count, first: configuration.specialTokens)
        maps.append(
          FeatureMap(
            stage: "stage\(maps.count + 1)",
            tensor: patches.featureMaps(images: count, height: height, width: width)))
      }
    }
    return maps
  }

  /// The input of the first block, [N · (S + P), D].
  private func tokens(of images: Tensor, in workspace: Workspace) -> Matrix {
    let x = workspace.tokens(
      patches: stem(images, in: workspace), images: images.shape[0], special: specialTokens,
      position: position)
    preNorm?(x, into: x)
    return x
  }

  private var poolsClassToken: Bool { attentionPool == nil && configuration.hasClassToken }

  /// The output of the last block [N · (S + P), D] to [N, D].
  private func pool(_ x: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    let special = configuration.specialTokens
    if poolsClassToken {
      let classTokens = x.rows(
        from: configuration.registers, step: x.rows / images, count: images)
      let result = workspace.matrix(rows: images, columns: x.columns)
      if let norm {
        norm(classTokens, into: result)
      } else {
        workspace.copy(classTokens, into: result)
      }
      return result
    }
    norm?(x, into: x)
    guard let attentionPool else {
      return workspace.meanTokens(
        workspace.dropTokens(x, images: images, first: special), images: images)
    }
    let tokens =
      configuration.attentionPoolSpecialTokens
      ? x : workspace.dropTokens(x, images: images, first: special)
    return attentionPool(tokens, images: images, in: workspace)
  }

  /// The special tokens and the patches' position embedding, resized to a new grid of patches.
  private static func tokens(
    _ configuration: ViTConfiguration, grid: ImageSize, newGrid: ImageSize, _ weights: Weights
  ) throws(NetworkError) -> (special: Tensor, position: Tensor?) {
    let hidden = configuration.hiddenSize
    var special: [Float] = []
    if configuration.registers > 0 {
      special += try weights.tensor("reg_tokens", [1, configuration.registers, hidden]).scalars
    }
    if configuration.hasClassToken {
      special += try weights.tensor("class_token", [1, 1, hidden]).scalars
    }
    let specialShape = [configuration.specialTokens, hidden]
    guard configuration.hasPositionEmbedding else {
      return (Tensor(shape: specialShape, scalars: special), nil)
    }
    let covered = configuration.positionCoversSpecialTokens ? configuration.specialTokens : 0
    let patches = grid.height * grid.width
    let embedding = try weights.tensor("pos_embedding", [1, covered + patches, hidden]).scalars
    for index in 0..<covered * hidden { special[index] += embedding[index] }
    let position = Tensor(
      shape: [grid.height, grid.width, hidden], scalars: Array(embedding[(covered * hidden)...]))
    let resized = newGrid == grid ? position : try resize(position, to: newGrid)
    return (Tensor(shape: specialShape, scalars: special), resized)
  }

  /// Resizes [h, w, D] as birder's `adjust_size` does: bicubic, antialiased.
  private static func resize(
    _ position: Tensor, to grid: ImageSize
  ) throws(NetworkError) -> Tensor {
    do {
      return try position.transposed([2, 0, 1])
        .resizedBicubic(height: grid.height, width: grid.width, antialias: true)
        .transposed([1, 2, 0])
    } catch {
      throw .tensor(error)
    }
  }
}
