import Synchronization
import ZooCore
import ZooTensors

/// The position embedding of patches, for the grid that was expected and for others.
///
/// The embeddings of other grids are kept, as images of a collection often have few shapes.
final class GridPositions: Sendable {
  private struct Kept {
    var positions: [ImageSize: Tensor] = [:]
    var scalars = 0
  }

  /// [h, w, D].
  private let expected: Tensor
  private let filter: ResizeFilter
  let antialias: Bool
  private let limit: Int
  private let kept = Mutex(Kept())

  /// - Parameters:
  ///   - expected: [h, w, D], the embedding for images of the expected size.
  ///   - antialias: whether those of other grids are antialiased.
  ///   - limit: how many numbers are kept; one more, and all are dropped.
  init(
    _ expected: Tensor, _ filter: ResizeFilter, antialias: Bool, limit: Int = 16 << 20
  ) {
    self.expected = expected
    self.filter = filter
    self.antialias = antialias
    self.limit = limit
  }

  /// The embedding of a grid, [h, w, D]; `nil` is the expected one.
  ///
  /// As birder's NaFlex_ViT interpolates it: where it samples a grid without antialiasing, it takes
  /// the same neighbours with the same weights.
  subscript(grid: ImageSize?) -> Tensor {
    guard let grid, grid != ImageSize(height: expected.shape[0], width: expected.shape[1]) else {
      return expected
    }
    return kept.withLock { kept in
      if let positions = kept.positions[grid] { return positions }
      let positions = expected.resizedPositions(to: grid, filter, antialias: antialias)
      if kept.scalars + positions.count > limit { kept = Kept() }
      kept.positions[grid] = positions
      kept.scalars += positions.count
      return positions
    }
  }

  /// How many grids are kept.
  var count: Int { kept.withLock { $0.positions.count } }
}

extension Tensor {
  /// A position embedding [h, w, D] for another grid; antialiased, as birder's `adjust_size` does it,
  /// unless the caller says otherwise.
  func resizedPositions(
    to grid: ImageSize, _ filter: ResizeFilter, antialias: Bool = true
  ) -> Tensor {
    if shape[0] == grid.height && shape[1] == grid.width { return self }
    return resizedGrid(height: grid.height, width: grid.width, filter, antialias: antialias)
  }
}
