"""Small ones of the convolutional networks for small machines."""

from .common import CONVOLUTIONAL


def small_mobilenet(config):
    """A configuration of MobileNet of the least width."""
    return {**config, "alpha": 0.25}


def small_mobilenet_v4(config):
    """The smallest configuration of MobileNet v4: the others differ in tables that keys.json shows."""
    return {**config, "dropout": 0.0, "drop_path_rate": 0.0, "net_size": "small"}


def small_efficientnet(config):
    """A configuration of EfficientNet v1 or Lite of little width and depth."""
    return {**config, "width_coefficient": 0.25, "depth_coefficient": 0.5, "dropout_rate": 0.2}


def small_efficientnet_v2(config):
    """A configuration of EfficientNet v2 with as many groups of few channels and blocks."""
    groups = len(config["repeats"])
    widths = [8, 8, 16, 16, 24, 24, 32, 40]
    return {
        **config,
        "in_channels": widths[:groups],
        "out_channels": widths[1 : groups + 1],
        "repeats": [2, 2, 1, 2, 1, 2, 1][:groups],
        "dropout_rate": 0.2,
    }


def small_ghostnet(config):
    """A configuration of GhostNet of little width."""
    return {**config, "width": 0.2}


def small_mobileone(config):
    """A configuration of MobileOne with few channels."""
    return {
        **config,
        "width_multipliers": [0.25, 0.25, 0.0625, 0.0625],
        "num_conv_branches": min(config["num_conv_branches"], 2),
        "num_se_blocks": [min(blocks, 2) for blocks in config["num_se_blocks"][:3]]
        + [min(config["num_se_blocks"][3], 1)],
    }


def small_starnet(config):
    """A configuration of StarNet with few blocks."""
    return {**config, "base_dim": 8, "depths": [1, 1, 2, 1], "drop_path_rate": 0.0}


def small_fasternet(config):
    """A configuration of FasterNet with few blocks."""
    return {**config, "embed_dim": 10, "depths": [1, 2, 1], "drop_path_rate": 0.0}


FAMILIES = {
    "mobilenet_v1": {
        **CONVOLUTIONAL,
        "small": small_mobilenet,
        "more": {"mobilenet_v1_larger": {"config": {"alpha": 0.3}, "load_size": [40, 29]}},
    },
    "mobilenet_v2": {
        **CONVOLUTIONAL,
        "small": small_mobilenet,
        "more": {"mobilenet_v2_wide": {"config": {"alpha": 0.7}, "load_size": [64, 45]}},
    },
    "mobilenet_v3": {
        **CONVOLUTIONAL,
        "small": small_mobilenet,
        "more": {
            "mobilenet_v3_one_layer": {
                "config": {"alpha": 0.3, "large": False, "mlp_head": False},
                "load_size": [64, 45],
            },
        },
    },
    "mobilenet_v4": {
        "small": small_mobilenet_v4,
        "size": lambda config: [24, 33],
        "rules": [],
        "more": {},
    },
    "mobileone": {
        **CONVOLUTIONAL,
        "small": small_mobileone,
        "more": {
            "mobileone_reparameterized": {
                "config": {
                    "width_multipliers": [0.25, 0.25, 0.0625, 0.0625],
                    "num_conv_branches": 1,
                    "num_se_blocks": [0, 0, 1, 1],
                },
                "reparameterized": True,
                "usual": ["num_conv_branches"],
            },
        },
    },
    "mnasnet": {
        **CONVOLUTIONAL,
        "small": small_mobilenet,
        "more": {"mnasnet_larger": {"config": {"alpha": 0.3}, "load_size": [64, 45]}},
    },
    "shufflenet_v2": {
        **CONVOLUTIONAL,
        "small": lambda config: {"out_channels": [8, 12, 20, 24, 32]},
        "more": {
            "shufflenet_v2_larger": {
                "config": {"out_channels": [4, 6, 10, 16, 20]},
                "load_size": [50, 61],
            },
        },
    },
    "efficientnet_v1": {
        **CONVOLUTIONAL,
        "small": small_efficientnet,
        "more": {
            "efficientnet_v1_larger": {
                "config": {
                    "width_coefficient": 0.3,
                    "depth_coefficient": 1.1,
                    "dropout_rate": 0.2,
                },
                "load_size": [64, 45],
            },
        },
    },
    "efficientnet_v2": {
        **CONVOLUTIONAL,
        "small": small_efficientnet_v2,
        "more": {
            "efficientnet_v2_larger": {
                "config": {
                    "expand_ratio": [1, 2, 1, 3],
                    "kernel_size": [(3, 3), (5, 5), (3, 3), (5, 5)],
                    "strides": [(2, 2), (1, 1), (1, 1), (2, 2)],
                    "in_channels": [8, 13, 24, 16],
                    "out_channels": [13, 24, 16, 24],
                    "repeats": [1, 1, 2, 2],
                    "dropout_rate": 0.2,
                    "last_channels": 40,
                },
                "load_size": [64, 45],
            },
        },
    },
    "efficientnet_lite": {
        **CONVOLUTIONAL,
        "small": small_efficientnet,
        "more": {
            "efficientnet_lite_larger": {
                "config": {
                    "width_coefficient": 0.3,
                    "depth_coefficient": 1.1,
                    "dropout_rate": 0.2,
                },
                "load_size": [64, 45],
            },
        },
    },
    "ghostnet_v1": {
        **CONVOLUTIONAL,
        "small": small_ghostnet,
        "more": {"ghostnet_v1_larger": {"config": {"width": 0.3}, "load_size": [64, 45]}},
    },
    "ghostnet_v2": {
        **CONVOLUTIONAL,
        "small": small_ghostnet,
        "more": {"ghostnet_v2_larger": {"config": {"width": 0.3}, "load_size": [64, 45]}},
    },
    "repghost": {
        **CONVOLUTIONAL,
        "small": lambda config: {"width": 0.25},
        "more": {
            "repghost_reparameterized": {
                "config": {"width": 0.3},
                "reparameterized": True,
                "load_size": [64, 45],
            },
        },
    },
    "rexnet_lite": {
        **CONVOLUTIONAL,
        "small": lambda config: {**config, "width_multiplier": 0.25},
        "more": {
            "rexnet_lite_larger": {
                "config": {
                    "width_multiplier": 0.3,
                    "channel_divisor": 4,
                    "kernel_config": "353533",
                },
                "load_size": [45, 29],
            },
        },
    },
    "fasternet": {
        **CONVOLUTIONAL,
        "small": small_fasternet,
        "more": {
            "fasternet_larger": {
                "config": {
                    "embed_dim": 9,
                    "depths": [2, 1],
                    "act_layer_name": "silu",
                    "drop_path_rate": 0.0,
                },
                "load_size": [50, 61],
            },
        },
    },
    "starnet": {
        **CONVOLUTIONAL,
        "small": small_starnet,
        "more": {
            "starnet_larger": {
                "config": {
                    "base_dim": 6,
                    "depths": [2, 1, 1],
                    "mlp_ratio": 2.5,
                    "drop_path_rate": 0.0,
                },
                "load_size": [50, 61],
            },
        },
    },
}
