import CKernels

/// Queries, keys or values of several images: each image has `rows / images` rows of a matrix, or
/// all share one set.
package struct AttentionOperand {
  let matrix: Matrix
  let isShared: Bool
  let headStride: Int

  /// One set of rows for each image, image after image.
  ///
  /// `headStride` is the distance in columns from one head's part to the next; 0 gives all heads
  /// the same.
  package static func perImage(_ matrix: Matrix, headStride: Int) -> AttentionOperand {
    AttentionOperand(matrix: matrix, isShared: false, headStride: headStride)
  }

  /// The same rows for every image.
  package static func shared(_ matrix: Matrix, headStride: Int) -> AttentionOperand {
    AttentionOperand(matrix: matrix, isShared: true, headStride: headStride)
  }

  func rows(images: Int) -> Int { isShared ? matrix.rows : matrix.rows / images }

  func operand(images: Int) -> zk_operand {
    zk_operand(
      p: UnsafePointer(matrix.base), image: isShared ? 0 : rows(images: images) * matrix.stride,
      row: matrix.stride, head: headStride)
  }

  func check(images: Int, heads: Int, width: Int) {
    precondition(
      isShared || matrix.rows % images == 0, "\(matrix.rows) rows for \(images) images")
    precondition(
      (heads - 1) * headStride + width <= matrix.columns,
      "\(heads) heads of \(width) in \(matrix.columns) columns")
  }
}

/// How heads see each other's scores, before the softmax, and each other's weights, after it.
///
/// Talking-Heads Attention (https://arxiv.org/abs/2003.02436).
package struct HeadMixing: Sendable {
  private let scores, scoresBias, weights, weightsBias: Vector
  let heads: Int

  /// Takes two matrices [heads, heads], each with a bias [heads].
  package init(
    scores: (weight: Tensor, bias: Tensor), weights: (weight: Tensor, bias: Tensor)
  ) {
    heads = scores.bias.count
    self.scores = Vector(scores.weight.scalars)
    scoresBias = Vector(scores.bias.scalars)
    self.weights = Vector(weights.weight.scalars)
    weightsBias = Vector(weights.bias.scalars)
  }

  var kernel: zk_mixing {
    zk_mixing(
      scores: scores.base, scores_bias: scoresBias.base, weights: weights.base,
      weights_bias: weightsBias.base)
  }
}

extension Workspace {
  /// Scaled dot-product attention: softmax(scale · q kᵀ) v for each image and head.
  ///
  /// - Parameters:
  ///   - q: queries, `headSize` columns for each head.
  ///   - k: keys, `headSize` columns for each head.
  ///   - v: values, `valueSize` columns for each head.
  ///   - out: [images · queries, heads · valueSize].
  ///   - mixing: what heads see of each other, if anything.
  package func attention(
    q: AttentionOperand, k: AttentionOperand, v: AttentionOperand, into out: Matrix, images: Int,
    heads: Int, headSize: Int, valueSize: Int, scale: Float, mixing: HeadMixing? = nil
  ) {
    q.check(images: images, heads: heads, width: headSize)
    k.check(images: images, heads: heads, width: headSize)
    v.check(images: images, heads: heads, width: valueSize)
    let queries = q.rows(images: images)
    let keys = k.rows(images: images)
    precondition(keys == v.rows(images: images) && keys > 0, "as many values as keys")
    precondition(
      out.rows == images * queries && out.columns == heads * valueSize, "the result's shape")
    precondition(mixing.map { $0.heads == heads } ?? true, "a mixing of \(heads) heads")
    var task = zk_attention_task(
      q: q.operand(images: images), k: k.operand(images: images), v: v.operand(images: images),
      out: out.base, out_row: out.stride, images: images, heads: heads, queries: queries,
      keys: keys, head_dim: headSize, value_dim: valueSize, scale: scale, mixing: nil,
      scratch: out.base)
    backend.count(
      operations: 2 * images * heads * queries * keys * (headSize + valueSize))
    func run(_ task: inout zk_attention_task) {
      task.scratch = memory.floats(
        zk_attention_scratch(backend.path.pointer, &task) * backend.threads)
      zk_attention(backend.path.pointer, backend.pool, &task)
    }
    memory.scope {
      guard var mixing = mixing?.kernel else { return run(&task) }
      withUnsafePointer(to: &mixing) { pointer in
        task.mixing = pointer
        run(&task)
      }
    }
  }
}
