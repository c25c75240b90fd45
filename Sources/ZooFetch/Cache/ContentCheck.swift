/// Looks into a file of which no registry states a checksum, before it gets its name: what speaks
/// against it, such as "is no head: it is a web page"; `nil` for nothing.
///
/// This module knows files by their digests only; whoever uses it knows what has to be in them.
package typealias ContentCheck =
  @Sendable (_ path: String, _ name: CachedFileName) throws -> String?
