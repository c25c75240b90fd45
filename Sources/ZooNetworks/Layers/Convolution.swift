import ZooCore
import ZooTensors

/// A convolution with a square kernel, over maps [N · h · w, C].
struct Convolution {
  private let linear: Linear
  private let kernel, stride, padding: Int
  private let activation: Activation

  /// Takes the `weight` [outputs, inputs, k, k] and the `bias` [outputs].
  init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    activation: Activation = .identity, _ weights: Weights
  ) throws(NetworkError) {
    let (weight, bias) = try Kernel([outputs, inputs, kernel, kernel], weights).channelsLast
    linear = try weights.linear(weight: weight, bias: bias)
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    self.activation = activation
  }

  /// Height and width of the result for a map of this size.
  func outputSize(of size: ImageSize) -> ImageSize {
    func extent(_ length: Int) -> Int { (length + 2 * padding - kernel) / stride + 1 }
    return ImageSize(height: extent(size.height), width: extent(size.width))
  }

  func callAsFunction(_ map: Matrix, _ size: ImageSize, in workspace: Workspace) -> Matrix {
    let patches = workspace.patches(
      of: map, height: size.height, width: size.width, kernel: kernel, stride: stride,
      padding: padding)
    let result = workspace.matrix(rows: patches.rows, columns: linear.outputs)
    linear(patches, into: result, activation: activation, in: workspace)
    return result
  }
}
