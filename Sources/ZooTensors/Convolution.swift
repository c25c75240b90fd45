import CKernels
import ZooCore

/// A convolution over maps of one size, with its weights packed for the kernels at construction.
///
/// Groups of several channels and single channels are computed in float32 whatever the precision.
/// Float32 kernels of 3 x 3 with a stride of 1 may be computed by Winograd's algorithm.
package struct Convolution: Sendable {
  private enum Kind {
    /// Windows of one place: a product.
    case pointwise(Linear)
    case windows(packed: ZeroMemory, bias: Vector?, zeros: Vector)
  }

  package let input: MapShape
  package let output: MapShape
  private let window: Window
  private let groups: Int
  private let precision: Precision
  private let isExact: Bool
  private let kind: Kind
  private let backend: Backend

  /// Packs a weight of `shape` [outputs, inputs / groups, kernel height, kernel width].
  ///
  /// - Parameters:
  ///   - weight: the weight; `nil` for zeros, which take no memory.
  ///   - factors: what the weights of each output are multiplied by, in double precision.
  ///   - input: the shape of the maps to come.
  ///   - isExact: whether Winograd's algorithm is left out.
  /// - Throws: ``TensorError`` if the shapes of weight, bias, window and map do not go together.
  package init(
    weight: LayerWeight?, factors: [Double]? = nil, shape: [Int], bias: Tensor?, input: MapShape,
    window: Window,
    groups: Int = 1, precision: Precision = .f32, isExact: Bool = false, backend: Backend
  ) throws(TensorError) {
    let (kernel, channels) = (window.kernel, input.channels)
    guard groups > 0, channels % groups == 0, shape.count == 4, shape[0] > 0,
      shape[0] % groups == 0,
      Array(shape[1...]) == [channels / groups, kernel.height, kernel.width]
    else {
      throw .shapeMismatch(
        expected: "[outputs, \(channels) / \(groups), \(kernel.height), \(kernel.width)]",
        found: shape)
    }
    if let weight, weight.shape != shape {
      throw .shapeMismatch(expected: "\(shape)", found: weight.shape)
    }
    if let bias, bias.shape != [shape[0]] {
      throw .shapeMismatch(expected: "[\(shape[0])]", found: bias.shape)
    }
    guard let size = window.outputSize(of: input.size) else {
      throw .shapeMismatch(
        expected: "a map that a window of \(kernel) fits",
        found: [channels, input.size.height, input.size.width])
    }
    self.input = input
    output = MapShape(channels: shape[0], size: size)
    (self.window, self.groups, self.backend) = (window, groups, backend)
    self.precision = groups == 1 ? precision : .f32
    self.isExact = isExact
    if groups == 1, window.isPointwise {
      if let weight {
        kind = .pointwise(
          try Linear(
            weight: weight, factors: factors, bias: bias, precision: precision,
            backend: backend))
      } else {
        kind = .pointwise(try Linear(zeros: shape, bias: bias, backend: backend))
      }
      return
    }
    let inputs = window.taps * channels
    guard self.precision != .int8 || inputs <= precision.largestInputs else {
      throw .tooManyInputs(inputs, limit: precision.largestInputs)
    }
    let nothing = Vector([])
    var task = zk_convolution_task(
      precision: self.precision.kernel, exact: isExact, window: window.kernel(input.size, size),
      images: 0, inputs: channels, outputs: shape[0], groups: groups, x: nothing.base, x_stride: 0,
      packed: nothing.base, y: nothing.base, y_stride: 0, bias: nil, scale: nil,
      activation: ZK_IDENTITY, combine: ZK_STORE, zeros: nothing.base, scratch: nothing.base)
    let path = backend.path.pointer
    let byteCount = zk_convolution_packed_size(path, &task)
    let memory = try ZeroMemory(byteCount: byteCount)
    var direct = task
    direct.exact = true
    backend.count(winogradBytes: byteCount - zk_convolution_packed_size(path, &direct))
    if let weight {
      backend.pass { workspace in
        let tensor = weight.tensor
        let ordered = workspace.channelsLast(factors.map(tensor.scaled) ?? tensor)
        zk_convolution_pack(path, backend.pool, &task, ordered.base, memory.base)
      }
    }
    kind = .windows(
      packed: memory, bias: bias.map { Vector($0.scalars) },
      zeros: Vector([Float](repeating: 0, count: channels)))
  }

  /// y = combine(scale · activation(convolution(x) + b)); x [N · h · w, inputs], y [N · h' · w',
  /// outputs].
  ///
  /// - Precondition: there is no activation before a sum that is activated; y is not x.
  package func callAsFunction(
    _ x: Matrix, into y: Matrix, activation: Activation = .identity, scale: Vector? = nil,
    combine: Combine = .store, in workspace: Workspace
  ) {
    switch kind {
    case .pointwise(let linear):
      linear(x, into: y, activation: activation, scale: scale, combine: combine, in: workspace)
    case .windows(let packed, let bias, let zeros):
      let images = x.rows / input.area
      precondition(
        x.columns == input.channels && x.rows == images * input.area
          && y.columns == output.channels && y.rows == images * output.area,
        "\(input) from [\(x.rows), \(x.columns)] into \(output) in [\(y.rows), \(y.columns)]")
      precondition(scale.map { $0.count == y.columns } ?? true, "a scale has one value per output")
      var task = zk_convolution_task(
        precision: precision.kernel, exact: isExact,
        window: window.kernel(input.size, output.size), images: images, inputs: input.channels,
        outputs: output.channels, groups: groups,
        x: x.base, x_stride: x.stride, packed: packed.base, y: y.base, y_stride: y.stride,
        bias: bias?.base, scale: scale?.base, activation: combine.activation(after: activation),
        combine: combine.kernel, zeros: zeros.base, scratch: packed.base)
      backend.count(
        operations: 2 * y.rows * y.columns * window.taps * (input.channels / groups))
      let path = backend.path.pointer
      workspace.memory.scope {
        task.scratch = workspace.memory.bytes(zk_convolution_scratch(path, backend.pool, &task))
        zk_convolve(path, backend.pool, &task)
      }
    }
  }
}

extension Window {
  fileprivate func kernel(_ input: ImageSize, _ output: ImageSize) -> zk_window {
    zk_window(
      height: input.height, width: input.width, out_height: output.height,
      out_width: output.width, kernel_height: kernel.height, kernel_width: kernel.width,
      stride_y: stride.height, stride_x: stride.width, dilation_y: dilation,
      dilation_x: dilation, top: padding.top, left: padding.left)
  }
}
