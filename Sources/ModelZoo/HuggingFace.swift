/// The access token for Hugging Face that an environment names, as its own library finds it.
///
/// `HF_TOKEN`, else what is in the file `HF_TOKEN_PATH`, else in `token` of `HF_HOME`, which is by
/// default `huggingface` in `XDG_CACHE_HOME` or in `~/.cache`.
func huggingFaceToken(in variables: [String: String]) -> String? {
  func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
  func trimmed(_ text: String) -> String? {
    text.split(whereSeparator: \.isWhitespace).first.map(String.init)
  }
  if let token = value("HF_TOKEN").flatMap(trimmed) { return token }
  let caches = value("XDG_CACHE_HOME") ?? value("HOME").map { $0 + "/.cache" }
  let home = value("HF_HOME") ?? caches.map { $0 + "/huggingface" }
  guard let path = value("HF_TOKEN_PATH") ?? home.map({ $0 + "/token" }),
    let bytes = try? readFile(path, limit: 65536)
  else { return nil }
  return trimmed(String(decoding: withoutByteOrderMark(bytes), as: UTF8.self))
}
