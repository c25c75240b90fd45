/// The instructions of the pickle machine that are carried out.
///
/// They are what protocols 2 to 5 write for plain values. Every other byte is refused.
enum PickleOpcode: UInt8 {
  case proto = 0x80
  case frame = 0x95
  case stop = 0x2E  // .

  case mark = 0x28  // (
  case pop = 0x30  // 0
  case popMark = 0x31  // 1
  case duplicate = 0x32  // 2

  case none = 0x4E  // N
  case newTrue = 0x88
  case newFalse = 0x89
  case binInt = 0x4A  // J
  case binInt1 = 0x4B  // K
  case binInt2 = 0x4D  // M
  case long1 = 0x8A
  case long4 = 0x8B
  case binFloat = 0x47  // G
  case binUnicode = 0x58  // X
  case shortBinUnicode = 0x8C
  case binUnicode8 = 0x8D
  case binBytes = 0x42  // B
  case shortBinBytes = 0x43  // C
  case binBytes8 = 0x8E
  case byteArray8 = 0x96
  // What Python 2 wrote for its `str`.
  case binString = 0x54  // T
  case shortBinString = 0x55  // U

  case emptyTuple = 0x29  // )
  case tuple = 0x74  // t
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case emptyList = 0x5D  // ]
  case append = 0x61  // a
  case appends = 0x65  // e
  case emptyDict = 0x7D  // }
  case setItem = 0x73  // s
  case setItems = 0x75  // u
  case emptySet = 0x8F
  case addItems = 0x90
  case frozenSet = 0x91

  case binGet = 0x68  // h
  case longBinGet = 0x6A  // j
  case binPut = 0x71  // q
  case longBinPut = 0x72  // r
  case memoize = 0x94

  case global = 0x63  // c
  case stackGlobal = 0x93
  case reduce = 0x52  // R
  case newObject = 0x81
  case build = 0x62  // b
  case binPersistentID = 0x51  // Q

  /// The name of an instruction that is not carried out, for messages.
  static func name(ofRefused byte: UInt8) -> String {
    switch byte {
    case 0x49: "INT"
    case 0x4C: "LONG"
    case 0x46: "FLOAT"
    case 0x53: "STRING"
    case 0x56: "UNICODE"
    case 0x67: "GET"
    case 0x70: "PUT"
    case 0x64: "DICT"
    case 0x6C: "LIST"
    case 0x69: "INST"
    case 0x6F: "OBJ"
    case 0x92: "NEWOBJ_EX"
    case 0x82: "EXT1"
    case 0x83: "EXT2"
    case 0x84: "EXT4"
    case 0x50: "PERSID"
    case 0x97: "NEXT_BUFFER"
    case 0x98: "READONLY_BUFFER"
    default: "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
}
