/// How this library names itself to servers.
let userAgent = "swift-model-zoo/0.1.0"
