/// A text in UTF-8 without the byte order mark that some editors put at its start.
///
/// All texts that people write are read through this: registries, lists, tables.
package func withoutByteOrderMark<Bytes: Collection<UInt8>>(_ text: Bytes) -> Bytes.SubSequence {
  text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text[...]
}
