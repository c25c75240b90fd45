import ZooTensors

/// The feed-forward part of a transformer block.
enum FeedForward {
  /// Two linear layers with an activation between them.
  case ffn(FFN)
  /// A gated one (https://arxiv.org/abs/2002.05202).
  case swiglu(SwiGLU)
  /// A soft mixture of experts (https://arxiv.org/abs/2308.00951).
  case softMoE(SoftMoE)

  init(
    _ kind: ViTConfiguration.MLP, _ configuration: ViTConfiguration, _ weights: Weights
  ) throws(NetworkError) {
    let (size, hidden) = (configuration.hiddenSize, configuration.mlpSize)
    let activation = configuration.activation
    switch kind {
    case .ffn:
      self = .ffn(try FFN(size: size, hidden: hidden, activation: activation, weights))
    case .swiglu(let normed):
      self = .swiglu(
        try SwiGLU(
          size: size, hidden: hidden, activation: activation,
          norm: normed ? (configuration.norm, configuration.eps) : nil, weights))
    case .softMoE(let experts, let slots):
      self = .softMoE(
        try SoftMoE(
          experts: experts, slots: slots, size: size, hidden: hidden, activation: activation,
          eps: configuration.eps, weights))
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
    size: Int, hidden: Int, activation: Activation, norm: (kind: Norm.Kind, eps: Float)?,
    _ weights: Weights
  ) throws(NetworkError) {
    gate = try weights.linear("fc1_g", inputs: size, outputs: hidden)
    value = try weights.linear("fc1_x", inputs: size, outputs: hidden)
    contract = try weights.linear("fc2", inputs: hidden, outputs: size)
    if let norm {
      self.norm = try weights.norm("norm", norm.kind, size: hidden, eps: norm.eps)
    } else {
      self.norm = nil
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

/// Experts that each see a few slots, which are weighted means of all tokens.
///
/// Both the mixing of tokens into slots and that of the experts' outputs into tokens are attention
/// with one head: the routing scores of tokens and slots, softened over tokens or over slots.
struct SoftMoE {
  private let slots: Tensor
  private let slotsPerExpert: Int
  private let tokenNorm: Norm
  private let experts: [FFN]

  init(
    experts: Int, slots: Int, size: Int, hidden: Int, activation: Activation, eps: Float,
    _ weights: Weights
  ) throws(NetworkError) {
    slotsPerExpert = slots
    tokenNorm = try weights.norm("token_norm", .rms, size: size, eps: eps)
    let slotNorm = try weights.norm("slot_norm", .rms, size: size, eps: eps)
    let embeddings = try weights.tensor("slot_embeds", [experts, slots, size])
    self.slots = weights.backend.pass { workspace in
      let matrix = workspace.matrix(rows: experts * slots, columns: size)
      matrix.fill(from: embeddings)
      slotNorm(matrix, into: matrix)
      return matrix.tensor()
    }
    var layers: [FFN] = []
    for index in 0..<experts {
      layers.append(
        try FFN(
          size: size, hidden: hidden, activation: activation,
          weights.scope("experts").scope("\(index)")))
    }
    self.experts = layers
  }

  func add(_ x: Matrix, to y: Matrix, images: Int, scale: Vector?, in workspace: Workspace) {
    let size = x.columns
    let routes = workspace.matrix(rows: x.rows, columns: size)
    tokenNorm(x, into: routes)
    let slots = workspace.matrix(rows: self.slots.shape[0], columns: size)
    slots.fill(from: self.slots)

    let inputs = workspace.matrix(rows: images * slots.rows, columns: size)
    workspace.attention(
      q: .shared(slots, headStride: 0), k: .perImage(routes, headStride: 0),
      v: .perImage(x, headStride: 0), into: inputs, images: images, heads: 1, headSize: size,
      valueSize: size, scale: 1)

    let outputs = workspace.matrix(rows: inputs.rows, columns: size)
    let gathered = workspace.matrix(rows: images * slotsPerExpert, columns: size)
    let results = workspace.matrix(rows: gathered.rows, columns: size)
    for index in experts.indices {
      for image in 0..<images {
        let own = image * slots.rows + index * slotsPerExpert
        workspace.copy(
          inputs.rows(own..<own + slotsPerExpert),
          into: gathered.rows(image * slotsPerExpert..<(image + 1) * slotsPerExpert))
      }
      experts[index](gathered, into: results, combine: .store, in: workspace)
      for image in 0..<images {
        let own = image * slots.rows + index * slotsPerExpert
        workspace.copy(
          results.rows(image * slotsPerExpert..<(image + 1) * slotsPerExpert),
          into: outputs.rows(own..<own + slotsPerExpert))
      }
    }

    let mixed = workspace.matrix(rows: x.rows, columns: size)
    workspace.attention(
      q: .perImage(routes, headStride: 0), k: .shared(slots, headStride: 0),
      v: .perImage(outputs, headStride: 0), into: mixed, images: images, heads: 1, headSize: size,
      valueSize: size, scale: 1)
    workspace.add(mixed, to: y, scale: scale)
  }
}
