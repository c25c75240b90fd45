"""Small convolutional networks, from AlexNet to HGNet."""

from .common import CONVOLUTIONAL


def small_resnet(config):
    """A configuration of ResNet or of one of its siblings with few channels and blocks."""
    has_equal_widths = config.get("filter_list", [0, 1])[:2] == [64, 64]
    small = {**config, "units": [2, 1, 2, 1]}
    if "filter_list" in config:
        small["filter_list"] = [16, 16, 16, 16, 32] if has_equal_widths else [8, 16, 16, 16, 32]
    return small


def small_resnext(config):
    """A configuration of ResNeXt with one block in a stage and few channels in it."""
    return {
        **config,
        "units": [1, 1, 1, 1],
        "groups": 4 if config.get("groups") == 64 else 2,
        "base_width": 2 if config.get("base_width") == 8 else 1,
    }


def small_regnet(config):
    """A configuration of RegNet with three stages of few channels."""
    small = {**config, "depth": 5, "w_0": 8, "w_a": 4.0, "w_m": 2.0}
    small["group_width"] = 4 if config["group_width"] < 16 else 16
    if "num_features" in config:
        small["num_features"] = 24
    return small


def small_repvgg(config):
    """A configuration of RepVGG with few channels and blocks."""
    return {
        **config,
        "width_multipliers": [0.25, 0.25, 0.0625, 0.0625],
        "num_blocks_per_stage": [1, 3, 2, 1],
        "groups": min(config["groups"], 2),
    }


def small_vovnet(config):
    """A configuration of VoVNet with few channels."""
    return {
        **config,
        "stem_channels": [8, 8, 16],
        "stage_conv_channels": [8, 12, 8, 8],
        "stage_out_channels": [16, 16, 24, 32],
        "blocks_per_stage": [min(blocks, 2) for blocks in config["blocks_per_stage"]],
        "layers_per_block": min(config["layers_per_block"], 3),
    }


def small_hgnet(config):
    """A configuration of HGNet with few channels."""
    small = {**config, "stem_channels": [8] * len(config["stem_channels"])}
    inputs = 8
    for stage in range(1, 5):
        _, _, _, blocks, downsample, light, side, _ = config[f"stage{stage}"]
        outputs = 8 + 8 * (stage // 2)
        small[f"stage{stage}"] = [inputs, 6, outputs, min(blocks, 2), downsample, light, side, 2]
        inputs = outputs
    return small


RESNET = {"small": small_resnet, "size": lambda config: [33, 35], "rules": []}

FAMILIES = {
    "alexnet": {
        "small": lambda config: {"linear_width": 24},
        "size": lambda config: [67, 75],
        "rules": [],
        "more": {
            "alexnet_larger": {"config": {"linear_width": 16}, "load_size": [170, 135]},
        },
    },
    "squeezenet": {
        **CONVOLUTIONAL,
        "small": lambda config: config,
        "more": {"squeezenet_larger": {"config": {}, "load_size": [50, 41]}},
    },
    "resnet_v1": {
        **RESNET,
        "more": {
            "resnet_v1_larger": {
                "config": {"bottle_neck": True, "filter_list": [8, 16, 32], "units": [1, 2]},
                "load_size": [40, 29],
            },
        },
    },
    "resnet_v2": {
        **RESNET,
        "more": {
            "resnet_v2_larger": {
                "config": {"bottle_neck": True, "filter_list": [8, 16, 32], "units": [1, 2]},
                "load_size": [40, 29],
            },
        },
    },
    "resnext": {
        "small": small_resnext,
        "size": lambda config: [9, 11],
        "rules": [],
        "more": {},
    },
    "resnest": {
        "small": lambda config: {
            **config,
            "stem_width": 32,
            "units": [1, 1, 1, 1],
            "final_drop": 0.0,
        },
        "size": lambda config: [9, 33],
        "rules": [],
        "more": {},
    },
    "regnet": {
        **CONVOLUTIONAL,
        "small": small_regnet,
        "more": {
            "regnet_larger": {
                "config": {
                    "depth": 3,
                    "w_0": 16,
                    "w_a": 8.5,
                    "w_m": 1.5,
                    "group_width": 6,
                    "se_ratio": 0.1,
                },
                "load_size": [48, 29],
            },
        },
    },
    "regnet_z": {**CONVOLUTIONAL, "small": small_regnet, "more": {}},
    "repvgg": {
        **CONVOLUTIONAL,
        "small": small_repvgg,
        "more": {
            "repvgg_reparameterized": {
                "config": {
                    "width_multipliers": [0.25, 0.25, 0.0625, 0.0625],
                    "num_blocks_per_stage": [1, 2, 1, 1],
                    "groups": 4,
                    "use_se": True,
                },
                "reparameterized": True,
            },
        },
    },
    "vovnet_v1": {
        **CONVOLUTIONAL,
        "small": small_vovnet,
        "more": {
            "vovnet_v1_larger": {
                "config": {
                    "stem_channels": [4, 6, 8],
                    "stage_conv_channels": [6, 10],
                    "stage_out_channels": [12, 16],
                    "blocks_per_stage": [2, 1],
                    "layers_per_block": 1,
                },
                "load_size": [50, 61],
            },
        },
    },
    "vovnet_v2": {
        **CONVOLUTIONAL,
        "small": small_vovnet,
        "more": {
            "vovnet_v2_larger": {
                "config": {
                    "stem_channels": [4, 6, 8],
                    "stage_conv_channels": [6, 10, 4, 6],
                    "stage_out_channels": [12, 16, 12, 16],
                    "blocks_per_stage": [3, 1, 1, 2],
                    "layers_per_block": 1,
                },
                "load_size": [50, 61],
            },
        },
    },
    "hgnet_v1": {
        **CONVOLUTIONAL,
        "small": small_hgnet,
        "more": {
            "hgnet_v1_light": {
                "config": {
                    "stem_channels": [8],
                    "stage1": [8, 6, 10, 2, True, True, 5, 1],
                    "stage2": [10, 8, 12, 1, False, False, 1, 2],
                    "stage3": [12, 4, 6, 1, True, False, 5, 1],
                    "stage4": [6, 4, 16, 1, False, True, 3, 3],
                    "drop_path_rate": 0.0,
                },
                "load_size": [50, 61],
            },
        },
    },
    "hgnet_v2": {
        **CONVOLUTIONAL,
        "small": small_hgnet,
        "more": {
            "hgnet_v2_larger": {
                "config": {
                    "stem_channels": [7, 12],
                    "stage1": [12, 6, 10, 2, True, True, 5, 1],
                    "stage2": [10, 8, 12, 1, False, False, 1, 2],
                    "stage3": [12, 4, 7, 1, True, False, 5, 1],
                    "stage4": [7, 4, 16, 1, False, True, 3, 3],
                    "use_lab": True,
                    "drop_path_rate": 0.0,
                },
                "load_size": [50, 61],
            },
        },
    },
    "pnasnet": {
        **CONVOLUTIONAL,
        "small": lambda config: {
            **config,
            "num_cells": 4,
            "num_conv_filters": 10,
            "stem_multiplier": 0.25,
            "dropout_rate": 0.0,
        },
        "more": {
            "pnasnet_larger": {
                "config": {
                    "num_cells": 2,
                    "num_conv_filters": 13,
                    "stem_multiplier": 0.3,
                    "dropout_rate": 0.0,
                },
                "load_size": [80, 101],
            },
        },
    },
}
