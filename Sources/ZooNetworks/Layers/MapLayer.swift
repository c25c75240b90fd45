import ZooTensors

/// A layer that makes feature maps [N · h' · w', C'] of feature maps [N · h · w, C].
protocol MapLayer: Sendable {
  /// The shape of one image's input.
  var input: MapShape { get }
  /// The shape of one image's result.
  var output: MapShape { get }
  /// Whether the result may take the place of the input.
  var worksInPlace: Bool { get }

  /// Computes y, or combines the result with what y holds.
  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace)
}

extension MapLayer {
  var worksInPlace: Bool { false }

  func callAsFunction(_ x: Matrix, in workspace: Workspace) -> Matrix {
    let y = workspace.matrix(
      rows: x.rows / input.area * output.area, columns: output.channels)
    self(x, into: y, combine: .store, in: workspace)
    return y
  }

  /// Does with y what `combine` says, for a layer that by itself only stores.
  func combining(
    _ y: Matrix, _ combine: Combine, in workspace: Workspace, _ store: (Matrix) -> Void
  ) {
    if case .store = combine { return store(y) }
    workspace.scope {
      let result = workspace.matrix(rows: y.rows, columns: y.columns)
      store(result)
      workspace.affine(result, into: y, combine: combine)
    }
  }
}

/// A layer that keeps the shape of its input, whose place the result may take.
protocol InPlaceLayer: MapLayer {}

extension InPlaceLayer {
  var input: MapShape { output }
  var worksInPlace: Bool { true }
}

/// Layers one after the other; none is the identity.
struct MapSequence: MapLayer {
  let layers: [any MapLayer]
  let input: MapShape
  let output: MapShape
  /// The layer that writes a result that is only stored; those after it work on it in place.
  private let firstOnResult: Int

  /// - Parameter shape: that of the input of a sequence without layers.
  init(layers: [any MapLayer], input shape: MapShape) {
    self.layers = layers
    input = layers.first?.input ?? shape
    output = layers.last?.output ?? shape
    firstOnResult = layers.lastIndex { !$0.worksInPlace } ?? 0
  }

  func callAsFunction(
    _ x: Matrix, into y: Matrix, combine: Combine = .store, in workspace: Workspace
  ) {
    if layers.isEmpty { return workspace.affine(x, into: y, combine: combine) }
    let last = layers.count - 1
    let own = if case .store = combine { firstOnResult } else { last }
    workspace.scope {
      var map = x
      // What the last map was made of, for results of the same shape.
      var spare: Matrix?
      for index in 0..<own {
        let layer = layers[index]
        // The input is the caller's, and stays as it is.
        if index > 0, layer.worksInPlace {
          layer(map, into: map, combine: .store, in: workspace)
          continue
        }
        let rows = map.rows / layer.input.area * layer.output.area
        let result =
          if let spare, spare.rows == rows, spare.columns == layer.output.channels {
            spare
          } else {
            workspace.matrix(rows: rows, columns: layer.output.channels)
          }
        layer(map, into: result, combine: .store, in: workspace)
        spare = index > 0 ? map : nil
        map = result
      }
      layers[own](map, into: y, combine: combine, in: workspace)
      for index in own..<last {
        layers[index + 1](y, into: y, combine: .store, in: workspace)
      }
    }
  }
}

/// activation(shortcut(x) + branch(x)).
struct Residual: MapLayer {
  private let branch: MapSequence
  /// `nil` is the identity.
  private let shortcut: MapSequence?
  private let activation: Activation

  init(_ branch: MapBuilder, shortcut: MapBuilder? = nil, activation: Activation = .identity) {
    self.branch = branch.sequence
    self.shortcut = shortcut?.sequence
    self.activation = activation
    precondition(
      self.branch.output == self.shortcut?.output ?? self.branch.input,
      "a residual of \(self.branch.output)")
  }

  var input: MapShape { branch.input }
  var output: MapShape { branch.output }
  /// A last layer that combines its result with its own input has to find that input unchanged.
  var worksInPlace: Bool { shortcut == nil && branch.layers.count > 1 }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      if let shortcut {
        shortcut(x, into: y, in: workspace)
      } else if !x.isSame(as: y) {
        workspace.copy(x, into: y)
      }
      branch(
        x, into: y, combine: activation == .identity ? .add : .addThen(activation),
        in: workspace)
    }
  }
}

/// left(x) · right(x): a gate.
struct Product: MapLayer {
  private let left, right: MapSequence

  /// A builder without layers is the input itself.
  init(_ left: MapBuilder, _ right: MapBuilder) {
    (self.left, self.right) = (left.sequence, right.sequence)
    precondition(
      self.left.output == self.right.output, "\(self.left.output) by \(self.right.output)")
  }

  var input: MapShape { left.input }
  var output: MapShape { left.output }
  var worksInPlace: Bool { left.layers.isEmpty && right.layers.count > 1 }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    combining(y, combine, in: workspace) { y in
      if !x.isSame(as: y) { left(x, into: y, in: workspace) }
      right(x, into: y, combine: .multiply, in: workspace)
    }
  }
}

/// Parts of the channels, each through layers of its own, which keep its shape.
struct ChannelSplit: MapLayer {
  private let parts: [MapSequence]
  let output: MapShape

  /// - Parameter parts: one after the other, all channels together; see ``MapBuilder/part(_:channels:)``.
  init(_ parts: [MapBuilder]) {
    self.parts = parts.map(\.sequence)
    output = MapShape(
      channels: parts.reduce(0) { $0 + $1.shape.channels }, size: parts[0].shape.size)
  }

  var input: MapShape { output }

  func callAsFunction(_ x: Matrix, into y: Matrix, combine: Combine, in workspace: Workspace) {
    var first = 0
    for index in parts.indices {
      let range = first..<first + parts[index].input.channels
      parts[index](x.columns(range), into: y.columns(range), combine: combine, in: workspace)
      first = range.upperBound
    }
  }
}
