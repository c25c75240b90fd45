/// In what numbers an image's classes are told.
public enum ClassScores: Sendable, Hashable {
  /// The softmax of the logits.
  case probabilities
  /// What a classifier or a head gives.
  case logits

  /// The scores [N, classes] of logits, as means over the P parts of [P · N, classes].
  func scores(of logits: Tensor, parts: Int = 1) -> Tensor {
    (self == .logits ? logits : logits.softmax()).mean(ofParts: parts)
  }
}
