/// A linear-probe classification head for the embeddings of a network.
public struct Head: Sendable {
  /// The file that it was read from.
  public let file: String
  /// The names of its classes, in the order of its logits.
  public let classNames: [String]
  /// What turns embeddings [N, D] into logits [N, classes].
  public let classifier: Classifier

  package init(file: String, classNames: [String], classifier: Classifier) {
    self.file = file
    self.classNames = classNames
    self.classifier = classifier
  }
}
