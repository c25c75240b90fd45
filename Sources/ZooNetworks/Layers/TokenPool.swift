import ZooTensors

/// What makes one embedding of the tokens of an image, and norms it.
struct TokenPool {
  /// How the tokens become one.
  enum Kind {
    /// The token at this place.
    case token(Int)
    /// The first so many tokens, one after the other.
    case firstTokens(Int)
    /// The mean of all but the special tokens.
    case mean
    /// Attention over all tokens, or over all but the special ones.
    case attention(AttentionPool, withSpecialTokens: Bool)
  }

  let kind: Kind
  let specialTokens: Int
  /// A norm of all tokens, before the pool.
  let norm: Norm?
  /// A norm of the embedding, after the pool.
  let embeddingNorm: Norm?

  /// The only token that is looked at, if it is one.
  var token: Int? { if case .token(let place) = kind { place } else { nil } }

  /// How many tokens an embedding is as large as.
  var width: Int { if case .firstTokens(let count) = kind { count } else { 1 } }

  /// The output x of the last block [N · T, D] to embeddings [N, width · D].
  func callAsFunction(_ x: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    let embedding = pool(x, images: images, in: workspace)
    embeddingNorm?(embedding, into: embedding)
    return embedding
  }

  private func pool(_ x: Matrix, images: Int, in workspace: Workspace) -> Matrix {
    switch kind {
    case .token(let place):
      let tokens = x.tokens(at: place, images: images)
      let result = workspace.matrix(rows: images, columns: x.columns)
      if let norm {
        norm(tokens, into: result)
      } else {
        workspace.copy(tokens, into: result)
      }
      return result
    case .firstTokens(let count):
      norm?(x, into: x)
      let result = workspace.matrix(rows: images, columns: count * x.columns)
      for place in 0..<count {
        workspace.copy(
          x.tokens(at: place, images: images),
          into: result.columns(place * x.columns..<(place + 1) * x.columns))
      }
      return result
    case .mean:
      norm?(x, into: x)
      return workspace.meanTokens(
        workspace.dropTokens(x, images: images, first: specialTokens), images: images)
    case .attention(let pool, let withSpecialTokens):
      norm?(x, into: x)
      let tokens =
        withSpecialTokens ? x : workspace.dropTokens(x, images: images, first: specialTokens)
      return pool(tokens, images: images, in: workspace)
    }
  }
}
