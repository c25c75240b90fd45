import CZlib

/// The version of the system's zlib, for reports.
package var zlibVersionText: String { String(cString: zlibVersion()) }
