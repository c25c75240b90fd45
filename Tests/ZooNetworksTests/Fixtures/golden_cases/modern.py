"""Small convolutional networks with the ideas of transformers."""

from .common import CONVOLUTIONAL


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
}
