import ZooCore

/// The shape [C, h, w] of one image's feature map.
///
/// The maps of a batch are a matrix [N · h · w, C].
package struct MapShape: Sendable, Hashable {
  package var channels: Int
  package var size: ImageSize

  package init(channels: Int, size: ImageSize) {
    self.channels = channels
    self.size = size
  }

  /// Places of a map, h · w.
  package var area: Int { size.height * size.width }
}

/// How the windows of a convolution or a pool lie on a map.
package struct Window: Sendable, Hashable {
  /// What a map has around it: zeros, or nothing where a pool takes the largest.
  ///
  /// Below 0 it is what a convolution leaves out of the map.
  package struct Padding: Sendable, Hashable {
    package var top, left, bottom, right: Int

    package init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
      (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    }
  }

  package var kernel: ImageSize
  package var stride: ImageSize
  package var dilation: Int
  package var padding: Padding
  /// Whether a last window that reaches beyond the padding counts too.
  package var roundsUp: Bool

  /// A square window; padding, if not given, keeps the size of the map at stride 1.
  package init(
    _ side: Int, stride: Int = 1, padding: Int? = nil, dilation: Int = 1, roundsUp: Bool = false
  ) {
    self.init(
      height: side, width: side, stride: stride, dilation: dilation, roundsUp: roundsUp)
    if let padding {
      self.padding = Padding(top: padding, left: padding, bottom: padding, right: padding)
    }
  }

  /// A window with padding that keeps the size of the map at stride 1.
  package init(
    height: Int, width: Int, stride: Int = 1, dilation: Int = 1, roundsUp: Bool = false
  ) {
    kernel = ImageSize(height: height, width: width)
    self.stride = ImageSize(height: stride, width: stride)
    self.dilation = dilation
    self.roundsUp = roundsUp
    let (down, across) = ((height - 1) / 2 * dilation, (width - 1) / 2 * dilation)
    padding = Padding(top: down, left: across, bottom: down, right: across)
  }

  /// Square windows side by side.
  package static func patches(_ side: Int) -> Window { Window(side, stride: side, padding: 0) }

  /// How many places of a map one window sees.
  package var taps: Int { kernel.height * kernel.width }

  /// Whether each window is one place, and each place has one.
  package var isPointwise: Bool { self == Window(1) }

  /// How many windows there are on a map of this size; `nil` where none fits.
  package func outputSize(of size: ImageSize) -> ImageSize? {
    let height = outputLength(
      size.height, kernel.height, stride.height, before: padding.top, after: padding.bottom)
    let width = outputLength(
      size.width, kernel.width, stride.width, before: padding.left, after: padding.right)
    guard let height, let width else { return nil }
    return ImageSize(height: height, width: width)
  }

  private func outputLength(
    _ length: Int, _ kernel: Int, _ stride: Int, before: Int, after: Int
  ) -> Int? {
    let span = length + before + after - dilation * (kernel - 1) - 1 + (roundsUp ? stride - 1 : 0)
    guard span >= 0 else { return nil }
    let count = span / stride + 1
    // A window has to begin on the map or the padding before it.
    return roundsUp && (count - 1) * stride >= length + before ? count - 1 : count
  }
}
