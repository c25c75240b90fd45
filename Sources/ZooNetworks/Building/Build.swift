import ZooCore
import ZooTensors

/// What a family builds a network from.
package struct Build {
  /// The options, registered ones merged with the checkpoint's and the caller's.
  let options: Options
  /// The tensors, at the top of the state dict.
  let weights: Weights
  /// Height and width of the images that the weights were made for.
  let size: ImageSize
  /// Height and width of the images to come.
  let newSize: ImageSize

  /// How many patches of p x p pixels lie below and beside each other: those that the weights were
  /// made for, and those to come.
  ///
  /// - Throws: ``NetworkError/invalidSize(height:width:reason:)`` unless p divides the sizes.
  func grids(patchSize p: Int) throws(NetworkError) -> (made: ImageSize, coming: ImageSize) {
    for size in [size, newSize] {
      guard [size.height, size.width].allSatisfy({ $0 % p == 0 }) else {
        throw .invalidSize(
          height: size.height, width: size.width,
          reason: "both must be multiples of \(p)")
      }
    }
    return (size.divided(by: p), newSize.divided(by: p))
  }
}

extension ImageSize {
  /// The grid of squares of `side` pixels, as many as fit.
  func divided(by side: Int) -> ImageSize {
    ImageSize(height: height / side, width: width / side)
  }
}
