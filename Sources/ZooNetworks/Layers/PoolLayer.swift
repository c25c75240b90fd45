import ZooCore
import ZooTensors

/// A pool: the largest value or the mean of windows, of bins, or of all places.
struct PoolLayer: MapLayer {
  let pooling: Pooling

  var input: MapShape { pooling.input }
  var output: MapShape { pooling.output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in pooling(x, into: y) }
  }
}

/// The generalised mean of all places (GeM, https://arxiv.org/abs/1711.02512), with a fixed exponent.
struct GeneralizedMean: MapLayer {
  let input: MapShape
  let exponent: Float

  var output: MapShape {
    MapShape(channels: input.channels, size: ImageSize(height: 1, width: 1))
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      workspace.generalizedMean(x, into: y, exponent: exponent)
    }
  }
}
