// `import ModelZoo` is all that a user needs.
@_exported import ZooCheckpoint
@_exported import ZooCollections
@_exported import ZooCore
@_exported import ZooFetch
@_exported import ZooMetrics
@_exported import ZooNetworks
@_exported import ZooRegistry
@_exported import ZooTables
@_exported import ZooTensors
@_exported import ZooVision
