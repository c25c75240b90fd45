import ZooCore
import ZooTensors

/// A plain vision transformer: patches, tokens, blocks that keep their number and size, a pool.
struct VisionTransformer {
  /// The size of a token, D.
  let size: Int
  /// The patches of an image of the expected size, h x w.
  let grid: ImageSize
  let stem: PatchStem
  let tokens: TokenEmbedding
  let preNorm: Norm?
  let blocks: [any TransformerBlock]
  let pool: TokenPool
  /// The blocks whose outputs are feature maps; `nil` is the last.
  let outIndices: [Int]?

  /// Images [N, 3, H, W] to embeddings [N, D].
  func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    let count = images.shape[0]
    let x = input(images, in: workspace)
    for index in blocks.indices {
      // Where only one token is pooled, the last block need not finish the others.
      let token = index == blocks.count - 1 ? pool.token : nil
      blocks[index](x, images: count, only: token, in: workspace)
    }
    return pool(x, images: count, in: workspace)
  }

  var featureShapes: [(stage: String, shape: [Int])] {
    featureBlocks.indices.map { ("stage\($0 + 1)", [size, grid.height, grid.width]) }
  }

  /// Images [N, 3, H, W] to a feature map [N, D, h, w] for each of the blocks that give one.
  func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] {
    let (count, grid) = (images.shape[0], stem.grid(of: images))
    let x = input(images, in: workspace)
    let indices = featureBlocks
    var maps: [FeatureMap] = []
    for (index, block) in blocks.enumerated() {
      block(x, images: count, only: nil, in: workspace)
      guard indices.contains(index) else { continue }
      workspace.scope {
        let patches = workspace.dropTokens(x, images: count, first: tokens.specialTokens)
        maps.append(
          FeatureMap(
            stage: "stage\(maps.count + 1)",
            tensor: workspace.featureMaps(
              patches, images: count, height: grid.height, width: grid.width)))
      }
    }
    return maps
  }

  private var featureBlocks: [Int] { outIndices ?? [blocks.count - 1] }

  /// The input of the first block, [N · (S + P), D].
  private func input(_ images: Tensor, in workspace: Workspace) -> Matrix {
    let x = tokens(
      stem(images, in: workspace), images: images.shape[0], grid: stem.grid(of: images),
      in: workspace)
    preNorm?(x, into: x)
    return x
  }
}

/// A family that is a plain vision transformer.
protocol VisionTransformerFamily: Architecture {
  var transformer: VisionTransformer { get }
}

extension VisionTransformerFamily {
  package var embeddingSize: Int { transformer.size * transformer.pool.width }
  package func embedding(_ images: Tensor, in workspace: Workspace) -> Matrix {
    transformer.embedding(images, in: workspace)
  }
  package var naflexPatchSize: Int? { Self.takesAnyGrid ? transformer.stem.patchSize : nil }
  package var featureShapes: [(stage: String, shape: [Int])] { transformer.featureShapes }
  package func featureMaps(_ images: Tensor, in workspace: Workspace) -> [FeatureMap] {
    transformer.featureMaps(images, in: workspace)
  }
}
