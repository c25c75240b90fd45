/// A class that an image may show.
public struct Prediction: Sendable, Equatable {
  /// The name of the class; its index where no names are known.
  public let label: String
  /// The index of the class: its place among the classes of the head.
  public let index: Int
  /// The probability, from 0 to 1; the logit where logits were ranked.
  public let probability: Float

  /// Makes a prediction.
  public init(label: String, index: Int, probability: Float) {
    self.label = label
    self.index = index
    self.probability = probability
  }
}

extension Tensor {
  /// The likeliest classes of each image, the likeliest first; of equally likely ones, the first
  /// comes first.
  ///
  ///     let (probabilities, _) = try await inferImage(net, "moth.jpg", transform)
  ///     let best = probabilities.topK(3, classNames: info.classNames)[0]
  ///
  /// - Parameters:
  ///   - k: how many classes are wanted; no more are given than there are.
  ///   - classNames: the names of the classes, such as ``ModelInfo/classNames`` or
  ///     ``Head/classNames``.
  /// - Returns: A list for each row of probabilities or logits [N, classes]; one for [classes].
  /// - Precondition: `k` is not negative, and there are names for all classes or none.
  public func topK(_ k: Int, classNames: [String] = []) -> [[Prediction]] {
    precondition(k >= 0, "there is no negative number of classes")
    precondition(
      classNames.isEmpty || classNames.count == shape.last,
      "there are \(classNames.count) names for the classes of a tensor of shape \(shape)")
    return rows.map { row in
      let values = Array(scalars[row])
      return values.largest(k).map { index in
        Prediction(
          label: classNames.isEmpty ? String(index) : classNames[index], index: index,
          probability: values[index])
      }
    }
  }
}

extension [Float] {
  /// The positions of the largest numbers, the largest first; of equal ones, the first comes first.
  package func largest(_ count: Int) -> [Int] {
    // Many are sorted; a few are found faster without.
    guard count < 100 else {
      return [Int](indices.sorted { (self[$1], $0) < (self[$0], $1) }.prefix(count))
    }
    var best: [Int] = []
    for index in indices {
      if best.count == count, let last = best.last, !(self[index] > self[last]) { continue }
      let place = best.firstIndex { self[index] > self[$0] } ?? best.endIndex
      best.insert(index, at: place)
      if best.count > count { best.removeLast() }
    }
    return best
  }
}
