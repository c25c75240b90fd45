#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The text of a file of `/proc` or `/sys`, whose size does not tell how much is in it; `nil` if it
/// cannot be read.
package func readSystemFile(_ path: String, limit: Int = 1 << 22) -> String? {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while text.count < limit {
    let count = read(file, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    if count < 0 { return nil }
    if count == 0 { break }
    text += buffer.prefix(count)
  }
  return String(decoding: text, as: UTF8.self)
}
