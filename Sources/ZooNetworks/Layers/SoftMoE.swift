import ZooTensors

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
    let norm = NormStyle(kind: .rms, eps: eps)
    tokenNorm = try weights.norm("token_norm", norm, size: size)
    let slotNorm = try weights.norm("slot_norm", norm, size: size)
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
