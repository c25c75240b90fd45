import ZooTensors

/// The feed-forward part of a transformer block.
enum FeedForward {
  /// Two linear layers with an activation between them.
  case ffn(FFN)
  /// A gated one (https://arxiv.org/abs/2002.05202).
  case swiglu(SwiGLU)
  /// A soft mixture of experts (https://arxiv.org/abs/2308.00951).
  case softMoE(SoftMoE)

  /// What kind of feed-forward layer it is.
  struct Style {
    enum Kind {
      case ffn
      /// Gated, and normed where there is a norm.
      case swiglu(norm: NormStyle?)
      case softMoE(experts: Int, slots: Int, eps: Float)
    }

    var kind = Kind.ffn
    /// The size of what lies between the linear layers.
    var hidden: Int
    var activation = Activation.gelu
  }

  init(size: Int, _ style: Style, _ weights: Weights) throws(NetworkError) {
    let (hidden, activation) = (style.hidden, style.activation)
    switch style.kind {
    case .ffn:
      self = .ffn(try FFN(size: size, hidden: hidden, activation: activation, weights))
    case .swiglu(let norm):
      self = .swiglu(
        try SwiGLU(size: size, hidden: hidden, activation: activation, norm: norm, weights))
    case .softMoE(let experts, let slots, let eps):
      self = .softMoE(
        try SoftMoE(
          experts: experts, slots: slots, size: size, hidden: hidden, activation: activation,
          eps: eps, weights))
    }
  }

  /// Whether a token's result depends on the other tokens of its image.
  var mixesTokens: Bool { if case .softMoE = self { true } else { false } }

  /// y += scale · f(x); both [N · T, D].
  func add(_ x: Matrix, to y: Matrix, images: Int, scale: Vector?, in workspace: Workspace) {
    switch self {
    case .ffn(let layer):
      layer(x, into: y, scale: scale, combine: .add, in: workspace)
    case .swiglu(let layer): layer.add(x, to: y, scale: scale, in: workspace)
    case .softMoE(let layer): layer.add(x, to: y, images: images, scale: scale, in: workspace)
    }
  }
}

/// Linear, activation, linear.
struct FFN {
  private let expand: Linear
  private let contract: Linear
  private let activation: Activation

  init(size: Int, hidden: Int, activation: Activation, _ weights: Weights) throws(NetworkError) {
    expand = try weights.linear("0", inputs: size, outputs: hidden)
    contract = try weights.linear("3", inputs: hidden, outputs: size)
    self.activation = activation
  }

  func callAsFunction(
    _ x: Matrix, into y: Matrix, scale: Vector? = nil, combine: Combine, in workspace: Workspace
  ) {
    let hidden = workspace.matrix(rows: x.rows, columns: expand.outputs)
    expand(x, into: hidden, activation: activation, in: workspace)
    contract(hidden, into: y, scale: scale, combine: combine, in: workspace)
  }
}

/// A feed-forward layer whose hidden values are gated: (act(x G) · x W) V.
struct SwiGLU {
  private let gate: Linear
  private let value: Linear
  private let norm: Norm?
  private let contract: Linear
  private let activation: Activation

  init(
    size: Int, hidden: Int, activation: Activation, norm: NormStyle?, _ weights: Weights
  ) throws(NetworkError) {
    gate = try weights.linear("fc1_g", inputs: size, outputs: hidden)
    value = try weights.linear("fc1_x", inputs: size, outputs: hidden)
    contract = try weights.linear("fc2", inputs: hidden, outputs: size)
    self.norm = try norm.map { style throws(NetworkError) in
      try weights.norm("norm", style, size: hidden)
    }
    self.activation = activation
  }

  func add(_ x: Matrix, to y: Matrix, scale: Vector?, in workspace: Workspace) {
    let hidden = workspace.matrix(rows: x.rows, columns: gate.outputs)
    gate(x, into: hidden, activation: activation, in: workspace)
    value(x, into: hidden, combine: .multiply, in: workspace)
    norm?(hidden, into: hidden)
    contract(hidden, into: y, scale: scale, combine: .add, in: workspace)
  }
}
