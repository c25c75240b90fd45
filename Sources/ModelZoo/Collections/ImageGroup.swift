/// Those of several images that have one size, so that they go through a network together.
public struct ImageGroup: Sendable {
  /// Which of the images they are, from 0 on.
  public let indices: [Int]
  /// The images [N, 3, H, W]; with five crops [5 · N, 3, H, W], all images' first crops first.
  public let images: Tensor

  /// Images in groups of one size each.
  ///
  /// - Parameters:
  ///   - images: [3, H, W], or [crops, 3, H, W].
  ///   - crops: how many crops there are of each image.
  ///   - largest: how many images a group has at most.
  static func groups(of images: [Tensor], crops: Int = 1, largest: Int = .max) -> [ImageGroup] {
    var groups: [[Int]] = []
    // The place of the group of each shape that has room.
    var open: [[Int]: Int] = [:]
    for (index, image) in images.enumerated() {
      if let place = open[image.shape], groups[place].count < largest {
        groups[place].append(index)
      } else {
        open[image.shape] = groups.count
        groups.append([index])
      }
    }
    return groups.map { ImageGroup($0, of: images, crops: crops) }
  }

  private init(_ indices: [Int], of images: [Tensor], crops: Int) {
    self.indices = indices
    let first = images[indices[0]]
    let size = first.count / crops
    var scalars: [Float] = []
    scalars.reserveCapacity(indices.count * first.count)
    for crop in 0..<crops {
      for index in indices { scalars += images[index].scalars[crop * size..<(crop + 1) * size] }
    }
    self.images = Tensor(
      shape: [indices.count * crops] + first.shape.suffix(3), scalars: scalars)
  }
}

extension VisionNetwork {
  /// The embeddings [crops · N, D] of the N images that groups were made of, in the images' order;
  /// all images' first crops first.
  func embeddings(of groups: [ImageGroup], crops: Int) throws(NetworkError) -> Tensor {
    let count = groups.reduce(0) { $0 + $1.indices.count }
    if groups.count == 1 { return try embedding(groups[0].images) }
    let size = embeddingSize
    var scalars = [Float](repeating: 0, count: crops * count * size)
    for group in groups {
      let found = try embedding(group.images)
      for crop in 0..<crops {
        for (row, index) in group.indices.enumerated() {
          let source = (crop * group.indices.count + row) * size
          let target = (crop * count + index) * size
          scalars.replaceSubrange(
            target..<target + size, with: found.scalars[source..<source + size])
        }
      }
    }
    return Tensor(shape: [crops * count, size], scalars: scalars)
  }
}
