import ZooTensors

/// Layers that take the same map, with their results side by side: [N · h · w, C₁ + C₂ + …].
struct Joined: MapLayer {
  let input: MapShape
  let output: MapShape
  private let branches: [MapSequence]
  private let columns: [Range<Int>]

  init(_ branches: MapBuilder...) {
    self.branches = branches.map(\.sequence)
    input = self.branches[0].input
    (output, columns) = joined(self.branches.map(\.output))
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      for index in branches.indices {
        branches[index](x, into: y.columns(columns[index]), in: workspace)
      }
    }
  }
}

/// A map and the results of layers one after the other, side by side.
///
/// What "one-shot aggregation" aggregates (https://arxiv.org/abs/1904.09730).
struct JoinedChain: MapLayer {
  let input: MapShape
  let output: MapShape
  private let layers: [any MapLayer]
  private let columns: [Range<Int>]

  init(_ chain: MapBuilder) {
    layers = chain.layers
    input = chain.sequence.input
    (output, columns) = joined([input] + layers.map(\.output))
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.copy(x, into: y.columns(columns[0]))
      for index in layers.indices {
        layers[index](
          y.columns(columns[index]), into: y.columns(columns[index + 1]), combine: .store,
          in: workspace)
      }
    }
  }
}

/// The shape of maps side by side, and where the channels of each are.
private func joined(_ shapes: [MapShape]) -> (MapShape, [Range<Int>]) {
  precondition(shapes.allSatisfy { $0.size == shapes[0].size }, "maps of one size")
  var columns: [Range<Int>] = []
  for shape in shapes {
    let start = columns.last?.upperBound ?? 0
    columns.append(start..<start + shape.channels)
  }
  return (
    MapShape(channels: columns.last?.upperBound ?? 0, size: shapes[0].size), columns
  )
}
