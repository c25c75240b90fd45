/// The version of this library and of the `zoo` command.
public let zooVersion = "0.1.0"
