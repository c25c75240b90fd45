import CCurl
import ZooCore

/// One transfer: its libcurl handle, what was received of the head, and how it ended.
///
/// Apart from `cancellation`, all is used on the engine's queue only.
final class CurlTransfer: @unchecked Sendable {
  let cancellation = Cancellation()
  var continuation: CheckedContinuation<Void, any Error>?
  private(set) var handle: UnsafeMutableRawPointer?

  private let request: TransferRequest
  private let limits: CurlTransport.Limits
  private let sink: any TransferSink
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var headers: [String: String] = [:]
  private var hasBegun = false
  private var failure: (any Error)?

  init(_ request: TransferRequest, limits: CurlTransport.Limits, sink: any TransferSink) {
    self.request = request
    self.limits = limits
    self.sink = sink
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    if let handle { curl_easy_cleanup(handle) }
    errorText.deallocate()
  }

  static let cannotStart = FetchError(
    kind: .other, reason: "libcurl cannot be used",
    advice: "check that this process may open more files and has memory left")

  /// Makes the handle.
  func prepare() throws(FetchError) -> UnsafeMutableRawPointer {
    guard let scheme = CurlURL.scheme(of: request.url), ["https", "http", "file"].contains(scheme)
    else { throw FetchError.unusable(request.url) }
    guard let handle = curl_easy_init() else { throw CurlTransfer.cannotStart }
    self.handle = handle
    let context = Unmanaged.passUnretained(self).toOpaque()
    var strings: [(CURLoption, String)] = [
      (CURLOPT_URL, request.url),
      (CURLOPT_PROTOCOLS_STR, "https,http,file"),
      (CURLOPT_REDIR_PROTOCOLS_STR, scheme == "https" ? "https" : "https,http"),
      (CURLOPT_USERAGENT, "swift-model-zoo/\(zooVersion)"),
    ]
    if let range = request.range {
      strings.append((CURLOPT_RANGE, "\(range.lowerBound)-\(range.upperBound - 1)"))
    }
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_FOLLOWLOCATION, 1),
      (CURLOPT_MAXREDIRS, 10),
      (CURLOPT_CONNECTTIMEOUT, max(1, Int(limits.connect.components.seconds))),
      (CURLOPT_LOW_SPEED_LIMIT, 1),
      (CURLOPT_LOW_SPEED_TIME, max(1, Int(limits.stall.components.seconds))),
      (CURLOPT_NOSIGNAL, 1),
      (CURLOPT_BUFFERSIZE, 1 << 19),
      (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
    ]
    let pointers: [(CURLoption, UnsafeMutableRawPointer)] = [
      (CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText)),
      (CURLOPT_WRITEDATA, context), (CURLOPT_HEADERDATA, context),
    ]
    var results = strings.map { zoo_curl_set_string(handle, $0.0, $0.1) }
    results += numbers.map { zoo_curl_set_long(handle, $0.0, $0.1) }
    results += pointers.map { zoo_curl_set_pointer(handle, $0.0, $0.1) }
    results.append(zoo_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody))
    results.append(zoo_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveHeader))
    if let token = request.bearerToken { results.append(zoo_curl_set_bearer(handle, token)) }
    // An option that was not taken may be the one that keeps a redirect away from file URLs.
    if let fault = results.first(where: { $0 != CURLE_OK }) {
      throw FetchError(
        kind: .unsupported,
        reason: "libcurl refuses an option: "
          + String(cString: curl_easy_strerror(fault)),
        advice: "use libcurl 7.85 or later")
    }
    return handle
  }

  /// How the transfer ended, when libcurl ended with a code.
  func outcome(_ code: CURLcode) -> Result<Void, any Error> {
    if cancellation.isCancelled { return .failure(CancellationError()) }
    if let failure { return .failure(failure) }
    if code != CURLE_OK { return .failure(FetchError.curl(code, detail, request.url)) }
    return Result { try beginOnce() }
  }

  private var detail: String {
    String(cString: errorText)
  }

  fileprivate func receive(header line: String) {
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...]
    headers[line[..<colon].lowercased()] = String(value.trimmed())
  }

  /// Whether to go on.
  fileprivate func receive(_ bytes: RawSpan) -> Bool {
    if cancellation.isCancelled { return false }
    do {
      try beginOnce()
      try sink.receive(bytes)
      return true
    } catch {
      failure = error
      return false
    }
  }

  private func beginOnce() throws {
    if hasBegun { return }
    hasBegun = true
    var status = 0
    zoo_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    // libcurl leaves it 0 for a file.
    var part: ContentRange?
    switch status {
    case 0, 200: break
    case 206 where request.range != nil: part = try contentRange()
    default: throw FetchError.status(status, request.url)
    }
    var length: curl_off_t = -1
    zoo_curl_get_offset(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
    try sink.begin(
      ResponseHead(
        status: status == 0 ? nil : status, headers: headers,
        contentLength: length < 0 ? nil : Int(length), contentRange: part))
  }

  /// What a partial answer says it is, which must be what was asked for or, at the end of the file,
  /// the beginning of that.
  private func contentRange() throws(FetchError) -> ContentRange {
    let stated = headers["content-range"]
    guard let wanted = request.range, let part = stated.flatMap(ContentRange.init(header:)),
      part.range.lowerBound == wanted.lowerBound,
      part.range.upperBound == min(wanted.upperBound, part.totalSize ?? wanted.upperBound)
    else { throw FetchError.wrongRange(stated, wanted: request.range, request.url) }
    return part
  }
}

// libcurl gives its callbacks the transfer that `prepare` passed as context; it lives for as long as
// its handle.

private func receiveBody(
  _ start: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let bytes = UnsafeRawBufferPointer(start: start, count: size * count)
  return transfer.receive(bytes.bytes) ? size * count : 0
}

private func receiveHeader(
  _ start: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let bytes = UnsafeRawBufferPointer(start: start, count: size * count)
  transfer.receive(header: String(decoding: bytes, as: UTF8.self))
  return size * count
}

extension Substring {
  fileprivate func trimmed() -> Substring {
    let rest = drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return rest }
    return rest[...last]
  }
}
