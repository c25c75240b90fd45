"""Small vision transformers."""

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

TRANSFORMER = {"small": small_vit, "size": vit_size, "rules": FAINT}

BASE = {"patch_size": 4, **LENGTH, "drop_path_rate": 0.0}

FAMILIES = {
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
