import ZooCore
import ZooTensors

/// A map as one place that has all its values as channels, channel by channel.
struct Flattened: MapLayer {
  let input: MapShape

  var output: MapShape {
    MapShape(channels: input.channels * input.area, size: ImageSize(height: 1, width: 1))
  }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in workspace.channelsFirst(x, into: y) }
  }
}
