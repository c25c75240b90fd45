extension Registry {
  /// Whether there is a model of this name.
  package func hasModel(named name: String) -> Bool {
    documents.contains { $0.models.contains(name) }
  }

  /// The networks whose names a file or repository is named after, as birder names its files:
  /// `<network>_<tag>_<epoch>.pt`.
  ///
  /// - Parameter name: a path or a name; its extension may be left out.
  /// - Returns: those with which it begins as a whole word, the longest first.
  package func networks(namedBy name: String) -> [String] {
    let last = name.split(separator: "/").last ?? ""
    return networkNames.filter { network in
      guard last.hasPrefix(network) else { return false }
      let next = last.unicodeScalars.dropFirst(network.unicodeScalars.count).first
      return next.map { !$0.properties.isAlphabetic && !("0"..."9").contains($0) } ?? true
    }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }
}
