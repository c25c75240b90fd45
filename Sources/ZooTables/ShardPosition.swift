/// Which part of a run over a collection a table is.
package struct ShardPosition: Equatable, Sendable {
  /// The part, from 1 on.
  package var number: Int
  /// How many parts there are.
  package var count: Int
  /// What tells the collection from others; see `ImageCollection.fingerprint(of:)`.
  package var collection: String

  /// Makes a position.
  package init(number: Int, count: Int, collection: String) {
    self.number = number
    self.count = count
    self.collection = collection
  }

  private static let (shardKey, collectionKey) = ("shard", "collection")

  /// What a table says of it: `shard`, such as `3/64`, and `collection`.
  package var metadata: [(key: String, value: String)] {
    [(ShardPosition.shardKey, "\(number)/\(count)"), (ShardPosition.collectionKey, collection)]
  }

  fileprivate init?(_ metadata: [(key: String, value: String)]) {
    func value(_ key: String) -> String? { metadata.first { $0.key == key }?.value }
    let numbers = value(ShardPosition.shardKey)?.split(
      separator: "/", omittingEmptySubsequences: false
    ).map { Int($0) }
    guard let numbers, numbers.count == 2, let number = numbers[0], let count = numbers[1],
      let collection = value(ShardPosition.collectionKey), (1...max(count, 1)).contains(number)
    else { return nil }
    self.init(number: number, count: count, collection: collection)
  }

  fileprivate static func isKey(_ key: String) -> Bool { [shardKey, collectionKey].contains(key) }
}

extension TableSchema {
  /// The same table, which says too which part of a run it is.
  package func saying(_ position: ShardPosition?) -> TableSchema {
    TableSchema(columns: columns, metadata: metadata + (position?.metadata ?? []))
  }

  /// What the metadata say of a shard, which is removed from them: the whole says nothing of it.
  mutating func takeShard() -> ShardPosition? {
    guard let position = ShardPosition(metadata) else { return nil }
    metadata.removeAll { ShardPosition.isKey($0.key) }
    return position
  }
}
