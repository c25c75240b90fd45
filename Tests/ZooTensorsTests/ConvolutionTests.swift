import CKernels
import Testing
import ZooCore

@testable import ZooTensors

/// Convolutions and pools against plain ones; `Tests/KernelComparison` compares the kernels
/// themselves over more shapes.
@Suite struct ConvolutionTests {
  /// What windows see of maps [N · h · w, C]: rows [taps · C], zeros beyond the edges.
  private func seen(_ x: Tensor, _ input: MapShape, _ window: Window) throws -> Tensor {
    let size = input.size
    let output = try #require(window.outputSize(of: size))
    let images = x.shape[0] / input.area
    var rows: [Float] = []
    for image in 0..<images {
      for place in 0..<output.height * output.width {
        for tap in 0..<window.taps {
          let row =
            place / output.width * window.stride.height - window.padding.top
            + tap / window.kernel.width * window.dilation
          let column =
            place % output.width * window.stride.width - window.padding.left
            + tap % window.kernel.width * window.dilation
          let isInside = (0..<size.height).contains(row) && (0..<size.width).contains(column)
          rows +=
            isInside
            ? x[image * input.area + row * size.width + column].scalars
            : [Float](repeating: 0, count: input.channels)
        }
      }
    }
    let k = window.taps * input.channels
    return Tensor(shape: [rows.count / k, k], scalars: rows)
  }

  private func run(
    _ backend: Backend, _ x: Tensor, rows: Int, columns: Int,
    _ layer: (Matrix, Matrix, Workspace) -> Void
  ) -> Tensor {
    backend.pass { workspace in
      let a = workspace.matrix(rows: x.shape[0], columns: x.shape[1])
      a.fill(from: x)
      let c = workspace.matrix(rows: rows, columns: columns)
      layer(a, c, workspace)
      return c.tensor()
    }
  }

  static let windows = [
    Window(3), Window(3, stride: 2), Window(1, stride: 2), Window(5, dilation: 2),
    Window(height: 1, width: 7), Window(2, stride: 2, padding: 0), moved,
  ]

  /// Leaves out the first row and column, and sees zeros after the last.
  static let moved = {
    var window = Window(1, stride: 2)
    window.padding = Window.Padding(top: -1, left: -1, bottom: 1, right: 1)
    return window
  }()

  /// A dense convolution is the product of what its windows see, in every precision; int8 inputs of
  /// an image share a scale.
  @Test(arguments: LinearTests.Kernel.all, windows)
  func aDenseConvolutionIsAProduct(kernel: LinearTests.Kernel, window: Window) throws {
    var noise = Noise(seed: 7)
    let input = MapShape(channels: 21, size: ImageSize(height: 9, width: 11))
    var scalars = noise.tensor([2 * input.area, input.channels]).scalars
    // Every place has the extremes of its image, so that with int8 a window's scale is the image's.
    for place in 0..<2 * input.area {
      let extreme: Float = place < input.area ? 5 : 7
      scalars[place * input.channels] = extreme
      scalars[place * input.channels + 1] = -extreme / 2
    }
    let x = Tensor(shape: [2 * input.area, input.channels], scalars: scalars)
    let shape = [30, input.channels, window.kernel.height, window.kernel.width]
    let weight = noise.tensor(shape)
    let bias = noise.tensor([30])
    let backend = try backend(kernel.path)
    let convolution = try Convolution(
      weight: .computed(weight), shape: shape, bias: bias, input: input, window: window,
      precision: kernel.precision, backend: backend)
    let rows = try seen(x, input, window)
    let linear = try Linear(
      weight: weight.transposed([0, 2, 3, 1]), bias: bias, precision: kernel.precision,
      backend: backend)
    #expect(convolution.output.area * 2 == rows.shape[0])
    let found = run(backend, x, rows: rows.shape[0], columns: 30) { x, y, workspace in
      convolution(x, into: y, activation: .relu, in: workspace)
    }
    let expected = run(backend, rows, rows: rows.shape[0], columns: 30) { x, y, workspace in
      linear(x, into: y, activation: .relu, in: workspace)
    }
    #expect(difference(found.scalars, expected.scalars) < 3e-6)
  }

  /// Winograd's algorithm gives what sums of products give, from more weights, in float32 alone.
  @Test(arguments: LinearTests.Kernel.all, [ImageSize(height: 7, width: 9), ImageSize(side: 18)])
  func winogradIsAConvolution(kernel: LinearTests.Kernel, size: ImageSize) throws {
    var noise = Noise(seed: 9)
    let input = MapShape(channels: 40, size: size)
    let x = noise.tensor([2 * input.area, input.channels])
    let weight = noise.tensor([53, input.channels, 3, 3])
    let bias = noise.tensor([53])
    let backend = try backend(kernel.path)
    let results = try [false, true].map { isExact in
      let before = backend.winogradBytes
      let convolution = try Convolution(
        weight: .computed(weight), shape: weight.shape, bias: bias, input: input,
        window: Window(3),
        precision: kernel.precision, isExact: isExact, backend: backend)
      let usesWinograd = !isExact && kernel.precision == .f32
      #expect((backend.winogradBytes > before) == usesWinograd)
      return run(backend, x, rows: x.shape[0], columns: 53) { x, y, workspace in
        convolution(x, into: y, activation: .relu, in: workspace)
      }
    }
    #expect((results[0] != results[1]) == (kernel.precision == .f32))
    #expect(difference(results[0].scalars, results[1].scalars) < 1e-5)
  }

  /// Each group is a dense convolution of its own channels, single channels too.
  @Test(arguments: pathNames, [(1, 24, 24), (2, 24, 12), (3, 24, 6), (24, 1, 1), (24, 1, 2)])
  func groupsAreConvolutions(path: String, sizes: (groups: Int, inputs: Int, outputs: Int)) throws {
    var noise = Noise(seed: 8)
    let (groups, inputs, outputs) = sizes
    let size = ImageSize(height: 6, width: 13)
    let input = MapShape(channels: groups * inputs, size: size)
    let x = noise.tensor([2 * input.area, input.channels])
    let weight = noise.tensor([groups * outputs, inputs, 3, 3])
    let window = Window(3, stride: 2)
    let backend = try backend(path)
    let all = try Convolution(
      weight: .computed(weight), shape: weight.shape, bias: nil, input: input, window: window,
      groups: groups, backend: backend)
    let rows = 2 * all.output.area
    let found = run(backend, x, rows: rows, columns: groups * outputs) { x, y, workspace in
      all(x, into: y, in: workspace)
    }
    let part = weight.count / groups
    let shape = [outputs, inputs, 3, 3]
    let own = try (0..<groups).map { group in
      try Convolution(
        weight: .computed(
          Tensor(
            shape: shape, scalars: Array(weight.scalars[group * part..<(group + 1) * part]))),
        shape: shape, bias: nil, input: MapShape(channels: inputs, size: size), window: window,
        backend: backend)
    }
    let expected = run(backend, x, rows: rows, columns: groups * outputs) { x, y, workspace in
      for group in 0..<groups {
        own[group](
          x.columns(group * inputs..<(group + 1) * inputs),
          into: y.columns(group * outputs..<(group + 1) * outputs), in: workspace)
      }
    }
    #expect(difference(found.scalars, expected.scalars) < 3e-6)
  }

  /// A map at another size has at each place a place of the map.
  @Test(arguments: [ImageSize(height: 5, width: 9), ImageSize(height: 2, width: 14)])
  func nearestTakesOnePlaceEach(size: ImageSize) throws {
    var noise = Noise(seed: 9)
    let input = MapShape(channels: 21, size: ImageSize(height: 3, width: 4))
    let x = noise.tensor([2 * input.area, input.channels])
    let backend = try Backend(threads: 2)
    let resize = Pooling(nearest: size, input: input, backend: backend)
    let rows = 2 * resize.output.area
    let found = run(backend, x, rows: rows, columns: input.channels) { x, y, _ in
      resize(x, into: y)
    }
    for row in 0..<rows {
      let (image, place) = row.quotientAndRemainder(dividingBy: resize.output.area)
      let (top, left) = place.quotientAndRemainder(dividingBy: size.width)
      let source = (image * 3 + top * 3 / size.height) * 4 + left * 4 / size.width
      #expect(found[row].scalars == x[source].scalars)
    }
  }
}
