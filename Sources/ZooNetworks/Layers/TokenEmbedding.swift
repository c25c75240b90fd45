import ZooCore
import ZooTensors

/// What makes a sequence of tokens of an image's patches: special tokens before them, and positions.
struct TokenEmbedding {
  /// Which places a position embedding has besides those of the patches.
  enum Coverage {
    case patches
    case specialTokensAndPatches
  }

  /// [S, D], with their position embedding if they have one.
  private let special: Tensor
  /// [P, D], the position embedding of the patches.
  private let position: Tensor?

  /// - Parameters:
  ///   - size: the size of a token, D.
  ///   - special: names of tensors [1, n, D] and how many tokens n each has, in order.
  ///   - position: the name of a tensor [1, …, D] and what it covers; `nil` for a network without one.
  ///   - grids: the patches that the weights were made for, and those to come; for other images
  ///     and other patches positions are resized twice.
  ///   - filter: how positions are resized from one to the other, antialiased.
  init(
    size: Int, special names: [(name: String, count: Int)],
    position source: (name: String, covers: Coverage)?,
    grids: PatchGrids, filter: ResizeFilter = .bicubic,
    _ weights: Weights
  ) throws(NetworkError) {
    var special: [Float] = []
    for (name, count) in names where count > 0 {
      special += try weights.tensor(name, [1, count, size]).scalars
    }
    let count = special.count / size
    if let source {
      let covered = source.covers == .patches ? 0 : count
      let grid = grids.made
      let embedding = try weights.tensor(
        source.name, [1, covered + grid.height * grid.width, size]
      ).scalars
      for index in 0..<covered * size { special[index] += embedding[index] }
      position = try Tensor(
        shape: [grid.height, grid.width, size], scalars: Array(embedding[(covered * size)...])
      ).resizedPositions(to: grids.resized, filter).resizedPositions(to: grids.coming, filter)
    } else {
      position = nil
    }
    self.special = Tensor(shape: [count, size], scalars: special)
  }

  /// How many tokens stand before the patches, S.
  var specialTokens: Int { special.shape[0] }

  /// Patch embeddings [N · P, D] to tokens [N · (S + P), D].
  func callAsFunction(_ patches: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    workspace.tokens(patches: patches, images: images, special: special, position: position)
  }
}

extension Tensor {
  /// A position embedding [h, w, D] for another grid, antialiased, as birder's `adjust_size` does it.
  func resizedPositions(to grid: ImageSize, _ filter: ResizeFilter) throws(NetworkError) -> Tensor {
    if shape[0] == grid.height && shape[1] == grid.width { return self }
    do {
      return try transposed([2, 0, 1])
        .resized(height: grid.height, width: grid.width, filter, antialias: true)
        .transposed([1, 2, 0])
    } catch {
      throw .tensor(error)
    }
  }
}
