/// Something that could not be searched for images: a directory, a link, an archive or its rest.
public struct CollectionFault: Sendable, Equatable {
  /// Its path, as ``NameText`` has it.
  public let path: String
  /// Why.
  public let error: CollectionError
  /// How many images of the collection are before it.
  public let position: Int

  /// The error where a search has found faults and nothing else.
  func alone(of count: Int) -> CollectionError {
    count == 1
      ? error : .onlyFaults(count: count, first: error.description, kind: error.kind)
  }
}

extension ImageCollection {
  /// The faults that belong to a range of images, so that each is told of once where a collection is
  /// divided: those behind the last image belong to that.
  package func faults(in range: Range<Int>) -> [CollectionFault] {
    faults.filter { range.contains(min($0.position, count - 1)) }
  }
}
