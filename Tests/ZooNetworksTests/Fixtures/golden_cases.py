"""The small networks of the golden tests.

For each family there is a function that makes a registered configuration small. Networks that then
are the same become one case, named after the first of them, so that whatever any registered
configuration has is in some case. A family may have more cases: options that no registered
configuration has, and other input sizes. A case has, beside its configuration:
  size       [H, W] for which the weights are made
  load_size  [H, W] that the network is adjusted to, or none
  patch_size that the network is adjusted to, or none
  reparameterized  whether branches are merged before the weights are made up
  classes    length of the classifier's output, 0 for none
  rules      [suffix, center, scale]: made-up values of tensors whose keys end so (reference.py)
  usual      options with their usual value, so that they change nothing
"""

LENGTH = {"num_layers": 2, "num_heads": 2, "hidden_dim": 16, "mlp_dim": 24}


def small_vit(config):
    """A configuration of ViT or of one of its siblings, with the same options and small sizes."""
    config = {**config, **LENGTH}
    if config.get("stem_type") != "hmlp":
        config["patch_size"] = 4
    if config.get("attn_pool_type") == "EfficientProbing":
        config["hidden_dim"] = 64
    if "attn_pool_num_heads" in config:
        config["attn_pool_num_heads"] = 4
    if "soft_moe_num_experts" in config:
        config["soft_moe_num_experts"] = 3
    if "out_indices" in config:
        config["num_layers"] = len(config["out_indices"])
        config["out_indices"] = list(range(config["num_layers"]))
    config["drop_path_rate"] = 0.0
    return config


# With a small input of the first norms their eps shows.
FAINT = [
    ["conv_proj.weight", 0, 1e-4],
    ["conv_proj.bias", 0, 1e-4],
    ["pos_embedding", 0, 1e-3],
    ["class_token", 0, 1e-3],
    ["reg_tokens", 0, 1e-3],
    ["attn_pool.proj.weight", 0, 1e-3],
    ["attn_pool.proj.bias", 0, 1e-3],
]


def vit_size(config):
    """Height and width of the images of a small ViT."""
    return [32, 48] if config.get("stem_type") == "hmlp" else [16, 24]


def small_crossvit(config):
    """A configuration of CrossViT with small sizes."""
    return {
        **config,
        "embed_dim": [8, 16],
        "depths": [[1, 2, 0], [1, 1, 0]],
        "num_heads": [2, 4],
        "drop_path_rate": 0.0,
    }


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


def small_repvgg(config):
    """A configuration of RepVGG with few channels and blocks."""
    return {
        **config,
        "width_multipliers": [0.25, 0.25, 0.0625, 0.0625],
        "num_blocks_per_stage": [1, 3, 2, 1],
        "groups": min(config["groups"], 2),
    }


def small_convnext(config):
    """A configuration of ConvNeXt with two stages of few channels."""
    return {**config, "in_channels": [8, 16], "num_layers": [1, 2], "drop_path_rate": 0.0}


def small_rdnet(config):
    """A configuration of RDNet with two stages, the second of which has two parts."""
    small = {key: value[:4] if isinstance(value, list) else value for key, value in config.items()}
    small.update({"num_init_features": 16, "growth_rates": [8, 8, 16, 8], "drop_path_rate": 0.0})
    return {**small, "num_blocks_list": [1, 2, 1, 2]}


def small_focalnet(config):
    """A configuration of FocalNet with two stages of few channels."""
    small = {**config, "depths": [1, 2], "embed_dim": 8, "drop_path_rate": 0.0}
    return {**small, **{key: config[key][:2] for key in ("focal_levels", "focal_windows")}}


def small_van(config):
    """A configuration of VAN or MogaNet with three stages of few channels."""
    return {**config, "embed_dims": [8, 16, 24], "depths": [1, 2, 1], "drop_path_rate": 0.0}


def small_metaformer(config):
    """A configuration of MetaFormer with two stages, of those that it has its first and third."""
    small = {key: value[::2] if isinstance(value, list) else value for key, value in config.items()}
    small.update({"depths": [1, 2], "dims": [8, 40], "drop_path_rate": 0.0, "mlp_head_dropout": 0.0})
    if small["layer_scale_init_values"][0] is not None:
        small["layer_scale_init_values"] = [1e-5, 1e-5]
    return small


def small_hornet(config):
    """A configuration of HorNet with few channels and blocks."""
    return {**config, "depths": [1, 1, 2, 1], "base_dim": 8, "drop_path_rate": 0.0}


def small_conv2former(config):
    """A configuration of Conv2Former with two stages of few channels."""
    return {**config, "dims": [8, 16], "depths": [1, 2], "drop_path_rate": 0.0}


def small_inception(config):
    """A configuration of InceptionNeXt with two stages of few channels."""
    return {**config, "channels": [16, 24], "num_layers": [1, 2], "drop_path_rate": 0.0}


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


def small_starnet(config):
    """A configuration of StarNet with few blocks."""
    return {**config, "base_dim": 8, "depths": [1, 1, 2, 1], "drop_path_rate": 0.0}


def small_fasternet(config):
    """A configuration of FasterNet with few blocks."""
    return {**config, "embed_dim": 10, "depths": [1, 2, 1], "drop_path_rate": 0.0}


TRANSFORMER = {"small": small_vit, "size": vit_size, "rules": FAINT}

BASE = {"patch_size": 4, **LENGTH, "drop_path_rate": 0.0}

RESNET = {"small": small_resnet, "size": lambda config: [33, 35], "rules": []}

CONVOLUTIONAL = {"size": lambda config: [37, 35], "rules": []}

# With a small input of norms their eps shows.
FAINT_CONVNEXT = [
    ["stem.0.weight", 0, 1e-3],
    ["stem.0.bias", 0, 1e-3],
    ["block.0.weight", 0, 1e-3],
    ["block.0.bias", 0, 1e-3],
]

CONVNEXT = {
    "small": small_convnext,
    "size": lambda config: [37, 45],
    "rules": FAINT_CONVNEXT,
}

LARGER_CONVNEXT = {
    "config": {"in_channels": [8, 16, 24], "num_layers": [1, 1, 1], "drop_path_rate": 0.0},
    "load_size": [48, 29],
}

VAN = {**CONVOLUTIONAL, "small": small_van}

LARGER_VAN = {
    "config": {"embed_dims": [8, 16, 16, 24], "depths": [1, 1, 1, 1], "drop_path_rate": 0.0},
    "load_size": [72, 59],
}

FAMILIES = {
    "convnext_v1": {
        **CONVNEXT,
        "more": {"convnext_v1_larger": LARGER_CONVNEXT},
    },
    "convnext_v2": {
        **CONVNEXT,
        "more": {"convnext_v2_larger": LARGER_CONVNEXT},
    },
    "metaformer": {
        **CONVOLUTIONAL,
        "small": small_metaformer,
        "rules": [["stem.0.weight", 0, 1e-3], ["stem.0.bias", 0, 1e-3]],
        "more": {
            "metaformer_larger": {
                "config": {
                    "depths": [1, 1, 1],
                    "dims": [8, 8, 32],
                    "token_mixer_names": ["Pooling", "SepConv", "Attention"],
                    "mlp_act_name": "GELU",
                    "mlp_bias": False,
                    "layer_scale_init_values": [None, 1e-5, 1e-5],
                    "res_scale_init_values": [1.0, None, 1.0],
                    "norm_layer_names": ["LayerNorm2dNoBias", "GroupNorm1", "GroupNorm1NoBias"],
                    "downsample_norm_name": "LayerNorm2dNoBias",
                    "drop_path_rate": 0.0,
                    "mlp_head": True,
                    "mlp_head_dropout": 0.0,
                },
                "load_size": [48, 29],
            },
        },
    },
    "hornet": {
        "small": small_hornet,
        "size": lambda config: [64, 64],
        "rules": [],
        "more": {
            "hornet_larger": {
                "config": {
                    "depths": [1, 1, 1, 1],
                    "base_dim": 4,
                    "gf_layer": [True, True, False, True],
                    "drop_path_rate": 0.0,
                },
                "size": [40, 40],
                "load_size": [73, 73],
            },
        },
    },
    "conv2former": {
        **CONVOLUTIONAL,
        "small": small_conv2former,
        "more": {
            "conv2former_larger": {
                "config": {
                    "kernel_size": [3, 5],
                    "dims": [8, 16, 24],
                    "depths": [1, 1, 1],
                    "drop_path_rate": 0.0,
                },
                "load_size": [48, 29],
            },
        },
    },
    "inception_next": {
        **CONVOLUTIONAL,
        "small": small_inception,
        "more": {
            "inception_next_larger": {
                "config": {
                    "channels": [8, 8, 16, 16],
                    "num_layers": [1, 1, 1, 1],
                    "band_kernel_size": 5,
                    "branch_ratio": 0.25,
                    "mlp_head": False,
                    "drop_path_rate": 0.0,
                },
                "load_size": [64, 67],
            },
        },
    },
    "rdnet": {
        **CONVOLUTIONAL,
        "small": small_rdnet,
        "more": {
            "rdnet_larger": {
                "config": {
                    "num_init_features": 12,
                    "growth_rates": [4, 8, 8],
                    "num_blocks_list": [2, 1, 1],
                    "is_downsample_block": [False, True, True],
                    "transition_compression_ratio": 0.75,
                    "block_type_name": ["BlockESE", "Block", "BlockESE"],
                    "drop_path_rate": 0.0,
                },
                "load_size": [48, 29],
            },
        },
    },
    "focalnet": {
        **CONVOLUTIONAL,
        "small": small_focalnet,
        "more": {
            "focalnet_larger": {
                "config": {
                    "depths": [1, 1],
                    "embed_dim": 8,
                    "focal_levels": [1, 2],
                    "focal_windows": [5, 3],
                    "layer_scale_value": 1e-4,
                    "use_post_norm": False,
                    "use_overlap_down": True,
                    "use_post_norm_in_modulation": True,
                    "drop_path_rate": 0.0,
                },
                "load_size": [48, 29],
            },
        },
    },
    "van": {**VAN, "more": {"van_larger": LARGER_VAN}},
    "moganet": {**VAN, "more": {"moganet_larger": LARGER_VAN}},
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
    "squeezenet": {
        **CONVOLUTIONAL,
        "small": lambda config: config,
        "more": {"squeezenet_larger": {"config": {}, "load_size": [50, 41]}},
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
    "alexnet": {
        "small": lambda config: {"linear_width": 24},
        "size": lambda config: [67, 75],
        "rules": [],
        "more": {
            "alexnet_larger": {"config": {"linear_width": 16}, "load_size": [170, 135]},
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
    "mnasnet": {
        **CONVOLUTIONAL,
        "small": small_mobilenet,
        "more": {"mnasnet_larger": {"config": {"alpha": 0.3}, "load_size": [64, 45]}},
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
    "resnet_v1": {
        **RESNET,
        "more": {
            "resnet_v1_larger": {
                "config": {"bottle_neck": True, "filter_list": [8, 16, 32], "units": [1, 2]},
                "load_size": [40, 29],
            },
        },
    },
    "vit": {
        **TRANSFORMER,
        "more": {
            "vit_larger": {"config": BASE, "load_size": [24, 40]},
            "vit_smaller": {"config": {**BASE, "num_reg_tokens": 2}, "load_size": [8, 12]},
            "vit_patch_positions_larger": {
                "config": {**BASE, "pos_embed_special_tokens": False},
                "load_size": [32, 32],
            },
            "vit_bilinear_larger": {
                "config": {**BASE, "pos_embed_interpolation_mode": "bilinear"},
                "load_size": [24, 40],
            },
            "vit_bilinear_smaller": {
                "config": {**BASE, "pos_embed_interpolation_mode": "bilinear"},
                "load_size": [8, 12],
            },
            "vit_mlp_head": {"config": {**BASE, "mlp_head": True, "head_bias": False}},
            "vit_out_indices": {"config": {**BASE, "out_indices": [0, -1]}},
            "vit_dropout": {"config": {**BASE, "dropout": 0.1, "pre_norm": True}},
            "vit_no_classifier": {"config": BASE, "classes": 0},
            "vit_no_post_norm": {"config": {**BASE, "post_norm": False, "qkv_bias": False}},
            "vit_silu": {"config": {**BASE, "act_layer_type": "silu"}},
            "vit_relu": {"config": {**BASE, "act_layer_type": "relu"}},
            "vit_identity": {"config": {**BASE, "act_layer_type": "identity"}},
            "vit_normed_swiglu_rms": {
                "config": {
                    **BASE,
                    "mlp_layer_type": "Norm_SwiGLU_FFN",
                    "norm_layer_type": "RMSNorm",
                    "attn_norm": True,
                    "qk_norm": True,
                }
            },
            "vit_pool_of_all_tokens": {
                "config": {
                    **BASE,
                    "attn_pool_head": True,
                    "attn_pool_special_tokens": True,
                    "num_reg_tokens": 1,
                    "attn_pool_num_heads": 4,
                }
            },
            "vit_hmlp_layer_norm": {
                "config": {
                    **BASE,
                    "patch_size": 16,
                    "stem_type": "hmlp",
                    "stem_norm_layer_type": "LayerNorm2d",
                },
                "usual": ["stem_norm_layer_type"],
            },
        },
    },
    "rope_vit": {
        **TRANSFORMER,
        "more": {
            "rope_vit_larger": {
                "config": {**BASE, "num_reg_tokens": 1, "pt_grid_size": [3, 5]},
                "load_size": [24, 40],
            },
            "rope_vit_centered": {
                "config": {
                    **BASE,
                    "rope_style": "centered_separate",
                    "rope_shift_coords": 0.1,
                    "abs_pos_embed": False,
                },
                "load_size": [24, 16],
            },
            "rope_vit_offset": {
                "config": {
                    **BASE,
                    "rope_grid_indexing": "xy",
                    "rope_grid_offset": 1,
                    "rope_rot_type": "interleaved",
                    "rope_temperature": 1000.0,
                }
            },
        },
    },
    "rope_vit5": {
        **TRANSFORMER,
        "more": {
            "rope_vit5_larger": {
                "config": {**BASE, "num_reg_tokens": 3, "class_token": False},
                "load_size": [24, 40],
            },
            "rope_vit5_options": {
                "config": {
                    **BASE,
                    "num_reg_tokens": 4,
                    "abs_pos_embed": False,
                    "pre_norm": True,
                    "post_norm": False,
                    "qk_norm": False,
                    "qkv_bias": True,
                    "norm_layer_type": "LayerNorm",
                    "mlp_layer_type": "SwiGLU_FFN",
                    "rope_grid_offset": 1,
                    "rope_reg_temperature": 10.0,
                }
            },
        },
    },
    "vit_parallel": {
        **TRANSFORMER,
        "more": {
            "vit_parallel_larger": {
                "config": {**BASE, "num_parallel": 3, "num_reg_tokens": 2},
                "load_size": [24, 40],
            },
            "vit_parallel_options": {
                "config": {
                    **BASE,
                    "num_parallel": 1,
                    "qkv_bias": False,
                    "norm_layer_type": "RMSNorm",
                    "norm_layer_eps": 1e-5,
                    "out_indices": [0, 1],
                }
            },
        },
    },
    "deit": {
        **TRANSFORMER,
        "more": {
            "deit_larger": {"config": BASE, "load_size": [24, 40]},
            "deit_no_head_bias": {"config": {**BASE, "head_bias": False, "out_indices": [0]}},
        },
    },
    "flexivit": {
        **TRANSFORMER,
        "more": {
            "flexivit_larger": {"config": BASE, "load_size": [24, 40]},
            "flexivit_small_patches": {
                "config": {**BASE, "patch_size": 8},
                "size": [24, 40],
                "patch_size": 4,
            },
            "flexivit_large_patches": {
                "config": {**BASE, "patch_size": 8, "num_reg_tokens": 1, "min_patch_size": 4},
                "size": [24, 48],
                "load_size": [48, 72],
                "patch_size": 12,
            },
        },
    },
    "naflex_vit": {
        **TRANSFORMER,
        "more": {"naflex_vit_larger": {"config": BASE, "load_size": [24, 40]}},
    },
    "cait": {
        "small": lambda config: {**config, "embed_dim": 24, "depth": 2, "num_heads": 3},
        "size": lambda config: [32, 48],
        "rules": [["patch_embed.proj.weight", 0, 0.5], ["cls_token", 0, 1], ["pos_embed", 0, 1]],
        "more": {
            "cait_larger": {
                "config": {
                    "embed_dim": 16,
                    "depth": 1,
                    "num_heads": 2,
                    "init_values": 1e-5,
                    "drop_path_rate": 0.0,
                },
                "load_size": [64, 48],
            },
        },
    },
    "crossvit": {
        "small": small_crossvit,
        "size": lambda config: [48, 96],
        "rules": [],
        "more": {
            "crossvit_no_multiple": {
                "config": small_crossvit({"mlp_ratio": [3.0, 3.0, 1.0], "multi_conv": False}),
                "load_size": [50, 100],
            },
            "crossvit_larger": {
                "config": {
                    "embed_dim": [8, 16],
                    "depths": [[1, 2, 0]],
                    "num_heads": [2, 4],
                    "mlp_ratio": [3.0, 2.0, 1.0],
                    "multi_conv": False,
                    "drop_path_rate": 0.0,
                    "head_bias": False,
                },
                "load_size": [96, 48],
            },
        },
    },
}
