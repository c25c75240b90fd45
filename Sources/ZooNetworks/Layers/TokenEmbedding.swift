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
  /// The position embedding of the patches.
  private let position: GridPositions?

  /// - Parameters:
  ///   - size: the size of a token, D.
  ///   - special: names of tensors [1, n, D] and how many tokens n each has, in order.
  ///   - position: the name of a tensor [1, …, D] and what it covers; `nil` for a network without one.
  ///   - grids: the patches that the weights were made for, and those to come; for other images
  ///     and other patches positions are resized twice.
  ///   - filter: how positions are resized from one to the other, antialiased.
  ///   - antialias: whether positions are antialiased where the grid changes from image to image.
  init(
    size: Int, special names: [(name: String, count: Int)],
    position source: (name: String, covers: Coverage)?,
    grids: PatchGrids, filter: ResizeFilter = .bicubic, antialias: Bool = false,
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
      position = GridPositions(
        Tensor(
          shape: [grid.height, grid.width, size], scalars: Array(embedding[(covered * size)...])
        ).resizedPositions(to: grids.resized, filter).resizedPositions(to: grids.coming, filter),
        filter, antialias: antialias)
    } else {
      position = nil
    }
    self.special = Tensor(shape: [count, size], scalars: special)
  }

  /// Whether positions are antialiased where the grid changes from image to image.
  var antialiasesPositions: Bool { position?.antialias ?? false }

  /// How many tokens stand before the patches, S.
  var specialTokens: Int { special.shape[0] }

  /// Patch embeddings [N · P, D] to tokens [N · (S + P), D].
  ///
  /// - Parameter grid: the patches of an image, if not those of the images to come.
  func callAsFunction(
    _ patches: Matrix, images: Int, grid: ImageSize? = nil, in workspace: Workspace
  ) -> Matrix {
    workspace.tokens(
      patches: patches, images: images, special: special, position: position?[grid])
  }
}
