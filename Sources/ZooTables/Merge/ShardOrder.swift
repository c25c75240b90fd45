import ZooCore

/// The order of the files of shards, where they tell what they are.
enum ShardOrder {
  /// Checks that files are all shards of one run, in order; files that are no shards may have any.
  ///
  /// - Throws: ``TableError`` (`usage`) that names the first file that is wrong.
  static func check(_ files: [(path: String, position: ShardPosition?)]) throws(TableError) {
    guard let (first, position) = files.first(where: { $0.position != nil }),
      let whole = position
    else { return }
    var paths: [Int: String] = [:]
    for (path, position) in files {
      guard let position else {
        throw TableError(
          .usage, path,
          "it is no shard, while \(first) is \(whole.text); give the files of shards alone")
      }
      guard position.count == whole.count else {
        throw TableError(
          .usage, path,
          "it is \(position.text) while \(first) is \(whole.text); give the shards of one run")
      }
      guard position.collection == whole.collection else {
        throw TableError(
          .usage, path,
          "it is a shard of other images than \(first), or of the same after some came or went;"
            + " give the shards of one run")
      }
      if let other = paths.updateValue(path, forKey: position.number) {
        throw TableError(
          .usage, path, "it is \(position.text), as \(other) is; give each shard once")
      }
    }
    if let missing = (1...whole.count).first(where: { paths[$0] == nil }) {
      let more = whole.count - paths.count - 1
      throw TableError(
        .usage, first,
        "it is \(whole.text), but shard \(missing)\(more > 0 ? " and \(more) more are" : " is")"
          + " missing; give the files of all shards")
    }
    for (index, file) in files.enumerated() {
      guard let position = file.position, position.number != index + 1 else { continue }
      throw TableError(
        .usage, file.path,
        "it is \(position.text) and stands where shard \(index + 1) belongs; give the shards in"
          + " order")
    }
  }
}

extension ShardPosition {
  fileprivate var text: String { "shard \(number) of \(count)" }
}
