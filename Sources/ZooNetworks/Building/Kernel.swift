import ZooTensors

/// A convolution's weight [O, I / groups, h, w] and bias [O] while a layer is being built from them.
///
/// Norms before and after fold into it, and branches beside it merge with it, in double precision.
struct Kernel {
  let shape: [Int]
  /// `nil` where only shapes count.
  private(set) var weight: LayerWeight?
  /// What the weights of each output are multiplied by.
  private var factors: [Double]
  private var bias: [Double]?

  /// Takes the `weight` and, if there is one, the `bias` of a convolution.
  init(_ shape: [Int], bias: Bool = true, _ weights: Weights) throws(NetworkError) {
    self.init(
      shape: shape, weight: try weights.layerWeightUnlessOutline("weight", shape),
      bias: bias ? try weights.tensor("bias", [shape[0]]).scalars.map(Double.init) : nil)
  }

  /// Takes the `weight` [O, I] and, if there is one, the `bias` of a linear layer.
  init(linear shape: [Int], bias: Bool = true, _ weights: Weights) throws(NetworkError) {
    self.init(
      shape: shape + [1, 1],
      weight: try weights.layerWeightUnlessOutline("weight", shape)
        .map { .computed($0.tensor.reshaped(shape + [1, 1])) },
      bias: bias ? try weights.tensor("bias", [shape[0]]).scalars.map(Double.init) : nil)
  }

  /// Takes a convolution `conv` without a bias, and folds in the BatchNorm `bn` after it.
  init(_ shape: [Int], normedIn weights: Weights) throws(NetworkError) {
    try self.init(shape, bias: false, weights.scope("conv"))
    fold(try BatchNorm(size: shape[0], weights.scope("bn")))
  }

  /// A computed one; the weight is `nil` where only shapes count.
  init(shape: [Int], weight: Tensor?, bias: [Double]?) {
    self.init(shape: shape, weight: weight.map { .computed($0) }, bias: bias)
  }

  private init(shape: [Int], weight: LayerWeight?, bias: [Double]?) {
    (self.shape, self.weight, self.bias) = (shape, weight, bias)
    factors = [Double](repeating: 1, count: shape[0])
  }

  /// Folds in a BatchNorm that follows.
  mutating func fold(_ norm: BatchNorm) {
    scale(by: norm.scale)
    bias = zip(bias ?? [Double](repeating: 0, count: shape[0]), norm.shift).map(+)
  }

  /// Multiplies each output.
  mutating func scale(by scale: [Double]) {
    bias = bias.map { zip($0, scale).map(*) }
    factors = zip(factors, scale).map(*)
  }

  /// Folds in a BatchNorm that precedes; only where there are no groups and no padding, which the
  /// norm does not see.
  mutating func fold(preceding norm: BatchNorm) {
    var bias = self.bias ?? [Double](repeating: 0, count: shape[0])
    if let weight {
      var scalars = weight.tensor.scalars
      let taps = shape[2] * shape[3]
      for output in 0..<shape[0] {
        for input in 0..<shape[1] {
          let first = (output * shape[1] + input) * taps
          for index in first..<first + taps {
            let value = Double(scalars[index])
            bias[output] += factors[output] * value * norm.shift[input]
            scalars[index] = Float(value * norm.scale[input])
          }
        }
      }
      self.weight = .computed(Tensor(shape: shape, scalars: scalars))
    }
    self.bias = bias
  }

  /// What the weights of each output are to be multiplied by, unless that is 1.
  var factorsIfAny: [Double]? { factors.allSatisfy { $0 == 1 } ? nil : factors }

  /// The bias, if there is one or a norm was folded in.
  var biasTensor: Tensor? {
    bias.map { Tensor(shape: [shape[0]], scalars: $0.map { Float($0) }) }
  }
}

extension Kernel {
  /// The kernel with one more input, of single places without groups, that counts as if so many
  /// times of it were added to each of the others.
  func appendingInput(_ times: [Double]) -> Kernel {
    let (outputs, inputs) = (shape[0], shape[1])
    let newShape = [outputs, inputs + 1, 1, 1]
    let newWeight = (weight?.tensor).map { weight in
      var scalars: [Float] = []
      for output in 0..<outputs {
        let row = weight.scalars[output * inputs..<(output + 1) * inputs]
        scalars += row
        scalars.append(Float(zip(row, times).reduce(0) { $0 + Double($1.0) * $1.1 }))
      }
      return Tensor(shape: newShape, scalars: scalars)
    }
    var kernel = Kernel(shape: newShape, weight: newWeight, bias: bias)
    kernel.factors = factors
    return kernel
  }

  /// The kernel of a branch that is a BatchNorm alone, among others of `channels` inputs and outputs
  /// in groups.
  static func identity(
    channels: Int, groups: Int = 1, norm: Weights
  ) throws(NetworkError) -> Kernel {
    let inputs = channels / groups
    let shape = [channels, inputs, 1, 1]
    let batchNorm = try BatchNorm(size: channels, norm)
    var weight: [Float] = []
    if !norm.isOutline {
      weight = [Float](repeating: 0, count: channels * inputs)
      for channel in 0..<channels { weight[channel * inputs + channel % inputs] = 1 }
    }
    var kernel = Kernel(
      shape: shape, weight: norm.isOutline ? nil : Tensor(shape: shape, scalars: weight),
      bias: nil)
    kernel.fold(batchNorm)
    return kernel
  }

  /// The kernel of parallel branches whose results are added: smaller ones are set in the middle of
  /// the largest.
  static func sum(of kernels: [Kernel]) -> Kernel {
    let height = kernels.map { $0.shape[2] }.max() ?? 1
    let width = kernels.map { $0.shape[3] }.max() ?? 1
    let shape = Array(kernels[0].shape[..<2]) + [height, width]
    var bias = [Double](repeating: 0, count: shape[0])
    for kernel in kernels { bias = zip(bias, kernel.bias ?? bias.map { _ in 0 }).map(+) }
    guard kernels.allSatisfy({ $0.weight != nil }) else {
      return Kernel(shape: shape, weight: nil as Tensor?, bias: bias)
    }
    var weight = [Double](repeating: 0, count: shape.reduce(1, *))
    for kernel in kernels {
      let (h, w) = (kernel.shape[2], kernel.shape[3])
      let (top, left) = ((height - h) / 2, (width - w) / 2)
      let scalars = kernel.weight?.tensor.scalars ?? []
      let planes = shape[0] * shape[1]
      for plane in 0..<planes {
        let factor = kernel.factors[plane / shape[1]]
        for row in 0..<h {
          for column in 0..<w {
            weight[(plane * height + top + row) * width + left + column] +=
              Double(scalars[(plane * h + row) * w + column]) * factor
          }
        }
      }
    }
    return Kernel(
      shape: shape, weight: Tensor(shape: shape, scalars: weight.map { Float($0) }), bias: bias)
  }
}

/// A BatchNorm that no longer learns: a factor and a summand for each channel.
struct BatchNorm {
  let scale: [Double]
  let shift: [Double]

  /// Factors and summands that something else gives, 1 and 0 unless said otherwise.
  init(scale: [Double]? = nil, shift: [Double]? = nil) {
    self.scale = scale ?? [Double](repeating: 1, count: shift?.count ?? 0)
    self.shift = shift ?? [Double](repeating: 0, count: scale?.count ?? 0)
  }

  /// x + factors · norm(x).
  func addedToInput(scaledBy factors: [Double]) -> BatchNorm {
    BatchNorm(
      scale: zip(factors, scale).map { 1 + $0 * $1 }, shift: zip(factors, shift).map(*))
  }

  /// Takes `weight`, `bias`, `running_mean` and `running_var`, each [size].
  init(size: Int, eps: Double = 1e-5, _ weights: Weights) throws(NetworkError) {
    let gamma = try weights.tensor("weight", [size]).scalars
    let beta = try weights.tensor("bias", [size]).scalars
    let mean = try weights.tensor("running_mean", [size]).scalars
    let variance = try weights.tensor("running_var", [size]).scalars
    weights.ignore("num_batches_tracked")
    let scale = zip(gamma, variance).map { Double($0) / (Double($1) + eps).squareRoot() }
    self.scale = scale
    shift = (0..<size).map { Double(beta[$0]) - Double(mean[$0]) * scale[$0] }
  }
}
