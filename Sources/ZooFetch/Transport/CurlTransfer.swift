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
  private let settings: CurlTransport.Settings
  private let sink: any TransferSink
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private var requestHeaders: UnsafeMutablePointer<curl_slist>?
  private var head = CurlHead()
  private var hasBegun = false
  private var failure: (any Error)?

  init(_ request: TransferRequest, _ settings: CurlTransport.Settings, sink: any TransferSink) {
    self.request = request
    self.settings = settings
    self.sink = sink
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    if let handle { zoo_curl_easy_cleanup(handle) }
    zoo_curl_slist_free_all(requestHeaders)
    errorText.deallocate()
  }

  static let cannotStart = FetchError(
    kind: .other, reason: "libcurl cannot be used",
    advice: "check that it is installed, and that this process may open more files and has memory "
      + "left")

  /// Makes the handle.
  func prepare() throws(FetchError) -> UnsafeMutableRawPointer {
    guard let scheme = CurlURL.scheme(of: request.url), ["https", "http", "file"].contains(scheme)
    else { throw FetchError.unusable(request.url) }
    try checkSecurity(of: request.url)
    guard let handle = zoo_curl_easy_init() else { throw CurlTransfer.cannotStart }
    self.handle = handle
    var options = CurlOptions(request, settings, scheme: scheme)
    let context = Unmanaged.passUnretained(self).toOpaque()
    options.pointers = [
      (CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText)),
      (CURLOPT_WRITEDATA, context), (CURLOPT_HEADERDATA, context), (CURLOPT_PREREQDATA, context),
    ]
    var results = options.apply(to: handle)
    results.append(zoo_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, receiveBody))
    results.append(zoo_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, receiveHeader))
    results.append(zoo_curl_set_prerequest(handle, allowRequest))
    if let token = request.bearerToken { results.append(zoo_curl_set_bearer(handle, token)) }
    if let tag = request.ifRange, request.range != nil {
      requestHeaders = zoo_curl_slist_append(nil, "If-Range: \(tag)")
      results.append(zoo_curl_set_headers(handle, requestHeaders))
    }
    // An option that was not taken may be the one that keeps a redirect away from file URLs.
    if let fault = results.first(where: { $0 != CURLE_OK }) {
      throw FetchError(
        kind: .unsupported,
        reason: "libcurl refuses an option: "
          + String(cString: zoo_curl_easy_strerror(fault)),
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

  private func checkSecurity(of url: String) throws(FetchError) {
    if !request.allowsInsecureHTTP, CurlURL.isInsecure(url) { throw FetchError.insecure(url) }
  }

  /// Whether a request may go out: called for the URL and for each that a redirect leads to.
  fileprivate func allowsRequest() -> Bool {
    var url: UnsafeMutablePointer<CChar>?
    zoo_curl_get_string(handle, CURLINFO_EFFECTIVE_URL, &url)
    guard let url else { return false }
    do throws(FetchError) {
      try checkSecurity(of: String(cString: url))
      return true
    } catch {
      failure = error
      return false
    }
  }

  fileprivate func receive(header line: String) { head.receive(line) }

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
    default:
      throw FetchError.status(
        status, request.url, retryAfter: retryAfter, hubCode: head.headers["x-error-code"])
    }
    var length: curl_off_t = -1
    zoo_curl_get_offset(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
    try sink.begin(
      ResponseHead(
        status: status == 0 ? nil : status, headers: head.headers,
        redirectHeaders: head.redirectHeaders, contentLength: length < 0 ? nil : Int(length),
        contentRange: part))
  }

  /// What a partial answer says it is, which must be what was asked for or, at the end of the file,
  /// the beginning of that.
  private func contentRange() throws(FetchError) -> ContentRange {
    let stated = head.headers["content-range"]
    guard let wanted = request.range, let part = stated.flatMap(ContentRange.init(header:)),
      part.range.lowerBound == wanted.lowerBound,
      part.range.upperBound == min(wanted.upperBound, part.totalSize ?? wanted.upperBound)
    else { throw FetchError.wrongRange(stated, wanted: request.range, request.url) }
    return part
  }

  /// What the server asks for in `Retry-After`, be it in seconds or as a date.
  private var retryAfter: Duration? {
    var seconds: curl_off_t = 0
    zoo_curl_get_offset(handle, CURLINFO_RETRY_AFTER, &seconds)
    return seconds > 0 ? .seconds(Int(seconds)) : nil
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

private func allowRequest(
  _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?,
  _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32
) -> Int32 {
  guard let context else { return CURL_PREREQFUNC_ABORT }
  let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  return transfer.allowsRequest() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
