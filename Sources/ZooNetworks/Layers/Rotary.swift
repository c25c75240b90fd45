import ZooCore
import ZooTensors

/// How the places of a grid of patches become angles: a rotary position embedding.
///
/// Rotary Position Embedding for Vision Transformer (https://arxiv.org/abs/2403.13298).
struct RotaryPlaces {
  /// What an angle is made of; all multiply coordinates with frequency bands.
  enum Style {
    /// Coordinates of both axes in turn, each angle twice in a row. Coordinates begin at `offset`
    /// and are scaled to a `reference` grid if there is one; x comes first where `isXFirst`.
    case standard(isXFirst: Bool, offset: Int, reference: ImageSize?)
    /// Columns, then rows, each angle twice in a row.
    case axial
    /// Coordinates between -1 and 1, of rows, then of columns, and all that once more.
    case centered
  }

  let headSize: Int
  let temperature: Float
  let style: Style
  let pairs: RotaryTable.Pairs

  /// The angles [h · w, head size] of a grid's places, row after row.
  func angles(_ grid: ImageSize) -> [Float] {
    let bands = RotaryTable.bands(headSize: headSize, temperature: temperature)
    func angles(_ coordinate: Float) -> [Float] { bands.map { coordinate * $0 } }
    func twice(_ angles: [Float]) -> [Float] { angles.flatMap { [$0, $0] } }
    var result: [Float] = []
    for row in 0..<grid.height {
      for column in 0..<grid.width {
        switch style {
        case .standard(let isXFirst, let offset, let reference):
          let size = reference ?? grid
          let y = Float(row + offset) / Float(grid.height) * Float(size.height)
          let x = Float(column + offset) / Float(grid.width) * Float(size.width)
          result += twice(isXFirst ? angles(x) + angles(y) : angles(y) + angles(x))
        case .axial:
          result += twice(angles(Float(column)) + angles(Float(row)))
        case .centered:
          let y = 2 * ((Float(row) + 0.5) / Float(grid.height)) - 1
          let x = 2 * ((Float(column) + 0.5) / Float(grid.width)) - 1
          let both = angles(2 * .pi * y) + angles(2 * .pi * x)
          result += both + both
        }
      }
    }
    return result
  }

  /// The table for sequences of tokens that begin with some that are not turned.
  func table(unturned: Int, _ grid: ImageSize) -> RotaryTable {
    let angles = [Float](repeating: 0, count: unturned * headSize) + angles(grid)
    return table(angles: angles)
  }

  /// The table for sequences whose places have these angles.
  func table(angles: [Float]) -> RotaryTable {
    RotaryTable(
      angles: Tensor(shape: [angles.count / headSize, headSize], scalars: angles), pairs: pairs)
  }
}
