import CKernels
import Testing

@testable import ZooTensors

@Suite struct AttentionTests {
  struct Shape: Sendable {
    let images, heads, queries, keys, headSize, valueSize: Int
    var sharedQueries = false
    var mixesHeads = false
  }

  static let shapes =
    [
      Shape(images: 1, heads: 1, queries: 1, keys: 1, headSize: 1, valueSize: 1),
      Shape(images: 2, heads: 3, queries: 17, keys: 17, headSize: 8, valueSize: 8),
      Shape(images: 1, heads: 2, queries: 197, keys: 197, headSize: 64, valueSize: 64),
      Shape(
        images: 3, heads: 2, queries: 1, keys: 50, headSize: 33, valueSize: 33,
        sharedQueries: true),
      Shape(
        images: 2, heads: 1, queries: 32, keys: 49, headSize: 64, valueSize: 100,
        sharedQueries: true),
      Shape(images: 1, heads: 1, queries: 9, keys: 48, headSize: 5, valueSize: 48),
      Shape(
        images: 1, heads: 4, queries: 49, keys: 50, headSize: 16, valueSize: 12, mixesHeads: true),
      Shape(images: 3, heads: 3, queries: 3, keys: 97, headSize: 7, valueSize: 7, mixesHeads: true),
    ] + widths
  /// Every width of the last panels of keys and values.
  static let widths = (Array(1...50) + Array(63...66)).map {
    Shape(
      images: 1, heads: 2, queries: $0 % 11 + 1, keys: $0, headSize: $0 % 9 + 1,
      valueSize: 67 - $0, mixesHeads: $0 % 2 == 0)
  }

  @Test(arguments: pathNames, shapes)
  func equalsTheNaiveAttention(path: String, shape: Shape) throws {
    let backend = try backend(path)
    var noise = Noise(seed: UInt64(shape.keys))
    let queryRows = shape.sharedQueries ? shape.queries : shape.images * shape.queries
    let qs = noise.tensor([queryRows, shape.heads * shape.headSize])
    let ks = noise.tensor([shape.images * shape.keys, shape.heads * shape.headSize])
    let vs = noise.tensor([shape.images * shape.keys, shape.heads * shape.valueSize])
    let heads = shape.heads
    let mixing =
      shape.mixesHeads
      ? HeadMixing(
        scores: (noise.tensor([heads, heads]), noise.tensor([heads])),
        weights: (noise.tensor([heads, heads]), noise.tensor([heads])))
      : nil
    let (found, expected) = backend.pass { workspace in
      let matrices = [qs, ks, vs].map { tensor in
        let matrix = workspace.matrix(rows: tensor.shape[0], columns: tensor.shape[1])
        matrix.fill(from: tensor)
        return matrix
      }
      let q: AttentionOperand =
        shape.sharedQueries
        ? .shared(matrices[0], headStride: shape.headSize)
        : .perImage(matrices[0], headStride: shape.headSize)
      let k = AttentionOperand.perImage(matrices[1], headStride: shape.headSize)
      let v = AttentionOperand.perImage(matrices[2], headStride: shape.valueSize)
      let out = workspace.matrix(
        rows: shape.images * shape.queries, columns: shape.heads * shape.valueSize)
      workspace.attention(
        q: q, k: k, v: v, into: out, images: shape.images, heads: shape.heads,
        headSize: shape.headSize, valueSize: shape.valueSize, scale: 3, mixing: mixing)
      let plain = workspace.matrix(rows: out.rows, columns: out.columns)
      let weights = workspace.matrix(rows: 1, columns: 2 * shape.heads * shape.keys)
      var task = zk_attention_task(
        q: q.operand(images: shape.images), k: k.operand(images: shape.images),
        v: v.operand(images: shape.images), out: plain.base, out_row: plain.stride,
        images: shape.images, heads: shape.heads, queries: shape.queries, keys: shape.keys,
        head_dim: shape.headSize, value_dim: shape.valueSize, scale: 3, mixing: nil,
        scratch: weights.base)
      if var kernel = mixing?.kernel {
        withUnsafePointer(to: &kernel) { pointer in
          task.mixing = pointer
          zk_attention_naive(&task)
        }
      } else {
        zk_attention_naive(&task)
      }
      return (out.tensor().scalars, plain.tensor().scalars)
    }
    #expect(difference(found, expected) < 5e-6)
  }

  /// Scores far beyond what an exponential can hold.
  @Test(arguments: pathNames)
  func staysFiniteForLargeScores(path: String) throws {
    let backend = try backend(path)
    let found = backend.pass { workspace in
      let x = workspace.matrix(rows: 40, columns: 4)
      x.fill(
        from: Tensor(shape: [40, 4], scalars: (0..<160).map { Float($0 / 4) * 100 }))
      let out = workspace.matrix(rows: 40, columns: 4)
      let operand = AttentionOperand.perImage(x, headStride: 4)
      workspace.attention(
        q: operand, k: operand, v: operand, into: out, images: 1, heads: 1, headSize: 4,
        valueSize: 4, scale: 1)
      return out.tensor().scalars
    }
    // All weight is on the last key, but for the query of zeros.
    #expect(found[4...].allSatisfy { $0 == 3900 })
    #expect(found[..<4].allSatisfy { abs($0 - 1950) < 1e-2 })
  }
}

@Suite struct NormTests {
  @Test(
    arguments: pathNames,
    [(rows: 1, groups: 1, size: 1), (7, 1, 768), (197, 3, 33), (20, 12, 64), (3, 2, 15)])
  func equalsTheNaiveNorm(path: String, shape: (rows: Int, groups: Int, size: Int)) throws {
    let backend = try backend(path)
    var noise = Noise(seed: UInt64(shape.size))
    // A large mean makes the difference of two-pass and one-pass variances show.
    let x = Tensor(
      shape: [shape.rows, shape.groups * shape.size],
      scalars: noise.floats(shape.rows * shape.groups * shape.size).map { $0 + 20 })
    let weight = noise.tensor([shape.size])
    let bias = noise.tensor([shape.size])
    for kind in [Norm.Kind.layer, .rms] {
      for (bias, activation) in [(bias, Activation.identity), (nil, .gelu)] {
        let norm = try Norm(kind, weight: weight, bias: bias, eps: 1e-6, backend: backend)
        let (found, expected) = backend.pass { workspace in
          let input = workspace.matrix(rows: shape.rows, columns: x.shape[1])
          input.fill(from: x)
          let plain = workspace.matrix(rows: shape.rows, columns: x.shape[1])
          let (w, b) = (Vector(weight.scalars), bias.map { Vector($0.scalars) })
          withExtendedLifetime((w, b)) {
            var task = zk_norm_task(
              x: input.base, x_stride: input.stride, y: plain.base, y_stride: plain.stride,
              rows: shape.rows, groups: shape.groups, size: shape.size, weight: w.base,
              bias: b?.base, eps: 1e-6, rms: kind == .rms, activation: activation.kernel)
            zk_norm_naive(&task)
          }
          norm(input, into: input, activation: activation)
          return (input.tensor().scalars, plain.tensor().scalars)
        }
        #expect(difference(found, expected) < 2e-5, "\(kind)")
      }
    }
  }
}

@Suite struct RotaryTests {
  @Test(
    arguments: pathNames, [(heads: 3, size: 8), (heads: 1, size: 4), (heads: 2, size: 20)])
  func equalsTheNaiveRotation(path: String, shape: (heads: Int, size: Int)) throws {
    let backend = try backend(path)
    var noise = Noise(seed: UInt64(shape.size))
    let places = 5
    let angles = noise.tensor([places, shape.size])
    let x = noise.tensor([3 * places, shape.heads * shape.size])
    for pairs in [RotaryTable.Pairs.halves, .neighbours] {
      let table = RotaryTable(angles: angles, pairs: pairs)
      let found = backend.pass { workspace in
        let matrix = workspace.matrix(rows: x.shape[0], columns: x.shape[1])
        matrix.fill(from: x)
        table(matrix, heads: shape.heads, in: workspace)
        return matrix.tensor().scalars
      }
      var expected = x.scalars
      expected.withUnsafeMutableBufferPointer { x in
        table.cosines.withUnsafeBufferPointer { cosine in
          table.sines.withUnsafeBufferPointer { sine in
            var task = zk_rotary_task(
              x: x.baseAddress!, stride: shape.heads * shape.size, rows: 3 * places,
              heads: shape.heads, size: shape.size, cosine: cosine.baseAddress!,
              sine: sine.baseAddress!, places: places, interleaved: pairs == .neighbours)
            zk_rotary_naive(&task)
          }
        }
      }
      #expect(difference(found, expected) < 1e-6, "\(pairs)")
    }
  }
}
