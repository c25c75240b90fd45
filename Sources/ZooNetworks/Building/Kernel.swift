import ZooTensors

/// A convolution's weight [O, I, h, w] and bias [O] while a layer is being built from them.
///
/// Norms that follow fold into it, in double precision.
struct Kernel {
  let shape: [Int]
  private var weight: [Double]
  private var bias: [Double]

  /// Takes the weight and, if there is one, the bias of a convolution.
  init(_ shape: [Int], bias: Bool = true, _ weights: Weights) throws(NetworkError) {
    self.shape = shape
    weight = try weights.tensor("weight", shape).scalars.map(Double.init)
    self.bias =
      bias
      ? try weights.tensor("bias", [shape[0]]).scalars.map(Double.init)
      : [Double](repeating: 0, count: shape[0])
  }

  /// Folds in a BatchNorm that follows.
  mutating func fold(batchNorm norm: Weights, eps: Double = 1e-5) throws(NetworkError) {
    let outputs = shape[0]
    let gamma = try norm.tensor("weight", [outputs]).scalars
    let beta = try norm.tensor("bias", [outputs]).scalars
    let mean = try norm.tensor("running_mean", [outputs]).scalars
    let variance = try norm.tensor("running_var", [outputs]).scalars
    norm.ignore("num_batches_tracked")
    let inputs = weight.count / outputs
    for output in 0..<outputs {
      let scale = Double(gamma[output]) / (Double(variance[output]) + eps).squareRoot()
      for index in output * inputs..<(output + 1) * inputs { weight[index] *= scale }
      bias[output] = (bias[output] - Double(mean[output])) * scale + Double(beta[output])
    }
  }

  /// The weight as rows [O, I · h · w] for patches [C, h, w], and the bias [O].
  var channelsFirst: (weight: Tensor, bias: Tensor) {
    (Tensor(shape: shape, scalars: weight.map { Float($0) }), biasTensor)
  }

  /// The weight as rows [O, h · w · I] for patches of a channels-last map, and the bias [O].
  var channelsLast: (weight: Tensor, bias: Tensor) {
    (
      Tensor(shape: shape, scalars: weight.map { Float($0) }).transposed([0, 2, 3, 1]), biasTensor
    )
  }

  private var biasTensor: Tensor { Tensor(shape: [shape[0]], scalars: bias.map { Float($0) }) }
}
