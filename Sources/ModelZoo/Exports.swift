// `import ModelZoo` is all that a user needs.
@_exported import ZooCheckpoint
@_exported import ZooCore
@_exported import ZooFetch
@_exported import ZooNetworks
@_exported import ZooRegistry
@_exported import ZooTensors
@_exported import ZooVision
