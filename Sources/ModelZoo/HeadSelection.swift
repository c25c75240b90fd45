/// Which heads of a model are meant.
package enum HeadSelection: Sendable, Hashable {
  /// All that the registry gives the model.
  case all
  /// None of them.
  case none
  /// The heads of these levels, such as `family`.
  case levels([String])

  /// The levels of an entry that are meant.
  /// - Throws: ``RegistryError/unknownHead(_:model:available:)``.
  package func levels(of entry: RegistryEntry) throws(RegistryError) -> [String] {
    switch self {
    case .all: return entry.heads.map(\.level)
    case .none: return []
    case .levels(let levels):
      for level in levels { _ = try entry.head(level) }
      return levels
    }
  }
}
