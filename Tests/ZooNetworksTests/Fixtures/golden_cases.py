"""The small ViT networks of the golden tests: one entry for each case.

The first table holds one network for every distinct combination of options among birder's
registered ViT configurations, scaled down; the second holds what those do not use: further
constructor options, classifiers, changes of the input size, the merging of configurations, and
file formats.

Keys of a case beside `config` (what is registered):
  size          [H, W] at which the network is saved
  classes       length of the classifier's output, 0 for none
  rgb           birder's name of the RGB statistics
  stem_scale    factor on the stem, tokens and position embedding: at 0.01 the first norm sees a
                variance near its eps, so a wrong eps shows
  pool_scale    the same for the norm in the attention-pool head
  mlp_scale     the same for the norm in the MLP classifier
  saved_config  `config` in the checkpoint: overrides the registered one
  override      the caller's: overrides both
  load_size     [H, W] passed to the load: adjusts the position embedding once
  format        pt | safetensors
  dtype         of the saved tensors; they are run in float32
  head, tta     also write a head file, also expect test-time augmentation
"""

SMALL = {
    "patch_size": 4,
    "num_layers": 2,
    "num_heads": 3,
    "hidden_dim": 24,
    "mlp_dim": 32,
    "drop_path_rate": 0.0,
}


def case(config=None, **fields):
    defaults = {
        "size": [16, 16],
        "classes": 7,
        "rgb": "birder",
        "stem_scale": 1.0,
        "pool_scale": 1.0,
        "mlp_scale": 1.0,
        "saved_config": None,
        "override": None,
        "load_size": None,
        "format": "pt",
        "dtype": "float32",
        "head": False,
        "tta": False,
    }
    unknown = set(fields) - set(defaults)
    assert not unknown, unknown
    return {**defaults, **fields, "config": {**SMALL, **(config or {})}}


LS = {"layer_scale_init_value": 1e-5}
AVERAGE = {"class_token": False}
POOL = {"attn_pool_head": True, "class_token": False}
PRE_NORM = {"pre_norm": True, "norm_layer_eps": 1e-5}
HMLP = {"patch_size": 16, "stem_type": "hmlp"}
MOE = {"mlp_layer_type": "SoftMoE_FFN", "mlp_dim": 8, "soft_moe_num_experts": 32}


def registers(count):
    return {"num_reg_tokens": count}


REGISTERED = {
    "plain": case(
        {"patch_size": 8, "num_heads": 4, "hidden_dim": 32, "mlp_dim": 64}, size=[32, 32], tta=True
    ),
    "plain_tiny_norm_input": case({"drop_path_rate": 0.1}, stem_scale=0.01, rgb="imagenet"),
    "patch14": case({"patch_size": 14, "num_heads": 2}, size=[28, 42], rgb="clip"),
    "patch32": case({"patch_size": 32, "hidden_dim": 12, "num_heads": 2}, size=[64, 64]),
    "avg": case(AVERAGE, size=[24, 16]),
    "ls": case(
        {**LS, "patch_size": 8, "hidden_dim": 48},
        size=[32, 32],
        classes=0,
        rgb="centered",
        head=True,
    ),
    "pn": case(PRE_NORM, stem_scale=0.01, rgb="clip"),
    "pn_npn": case({**PRE_NORM, "post_norm": False}, stem_scale=0.01, rgb="clip"),
    "pn_quick_gelu": case(
        {**PRE_NORM, "act_layer_type": "quick_gelu"}, stem_scale=0.01, rgb="clip"
    ),
    "hmlp": case(HMLP, size=[48, 32], stem_scale=0.01),
    "hmlp_bn": case(
        {**HMLP, "stem_norm_layer_type": "BatchNorm2d"}, size=[48, 32], stem_scale=0.01
    ),
    "ap": case(POOL, pool_scale=0.01, rgb="centered"),
    "ap_c1": case({**POOL, "attn_pool_norm_eps": 1e-6}, pool_scale=0.01, rgb="centered"),
    "qkn_ls": case({**LS, "qk_norm": True}, rgb="imagenet"),
    "nf_swiglu": case({"attn_norm": True, "mlp_layer_type": "Norm_SwiGLU_FFN"}),
    "reg1": case({**registers(1), "patch_size": 16, "drop_path_rate": 0.05}, size=[48, 32]),
    "reg1_ls": case({**registers(1), **LS}, rgb="neutral"),
    "reg1_rms_ls": case({**registers(1), **LS, "norm_layer_type": "RMSNorm"}, stem_scale=0.01),
    "reg1_nap_avg": case({**registers(1), **AVERAGE, "norm_after_pool": True}),
    "reg4_nps_ls": case({**registers(4), **LS, "pos_embed_special_tokens": False}, rgb="imagenet"),
    "reg4": case({**registers(4), "patch_size": 8, "drop_path_rate": 0.2}, size=[48, 32]),
    "reg4_rms_avg": case({**registers(4), **AVERAGE, "norm_layer_type": "RMSNorm"}),
    "reg4_avg": case({**registers(4), **AVERAGE}, size=[24, 16], rgb="imagenet"),
    "reg8_ap": case({**registers(8), **POOL, "drop_path_rate": 0.45}),
    "reg8_swiglu_ap": case({**registers(8), **POOL, "mlp_layer_type": "SwiGLU_FFN"}),
    "reg4_ls": case({**registers(4), **LS, "drop_path_rate": 0.55}, rgb="centered"),
    "reg4_ap": case({**registers(4), **POOL}),
    "reg4_aps": case({**registers(4), **POOL, "attn_pool_special_tokens": True}),
    "reg4_eps": case(
        {
            **registers(4),
            **POOL,
            "attn_pool_special_tokens": True,
            "attn_pool_type": "EfficientProbing",
            "num_heads": 4,
            "hidden_dim": 32,
        }
    ),
    "reg8_avg": case({**registers(8), **AVERAGE}),
    "reg8_swiglu": case({**registers(8), "mlp_layer_type": "SwiGLU_FFN"}, size=[24, 16]),
    "reg8_swiglu_avg": case({**registers(8), **AVERAGE, "mlp_layer_type": "SwiGLU_FFN"}),
    "reg8_aps": case({**registers(8), **POOL, "attn_pool_special_tokens": True}, size=[24, 16]),
    "reg8_rms_ap": case({**registers(8), **POOL, "norm_layer_type": "RMSNorm"}),
    "nps_ls": case({**LS, "pos_embed_special_tokens": False}, size=[24, 16], rgb="imagenet"),
    "soft_moe_4s_avg": case({**MOE, **AVERAGE, "soft_moe_num_slots": 4}),
    "soft_moe_6s_avg": case(
        {**MOE, **AVERAGE, "soft_moe_num_slots": 6}, size=[24, 16]
    ),
}

FURTHER = {
    "out_indices": case({**registers(4), "num_layers": 3, "out_indices": [0, 2]}, size=[24, 16]),
    # The stages come in the order of the blocks, whatever the order of the indices.
    "out_indices_negative": case({"num_layers": 3, "out_indices": [-1, 0]}),
    "mlp_head": case({"mlp_head": True}, mlp_scale=0.01),
    "mlp_head_no_bias": case({"mlp_head": True, "head_bias": False, **AVERAGE}, rgb="imagenet"),
    "head_no_bias": case({"head_bias": False, **POOL}),
    "no_classifier": case({**registers(1), **AVERAGE}, classes=0, tta=True, size=[24, 16]),
    "no_qkv_bias": case({"qkv_bias": False}),
    "no_position_embedding": case({**registers(1), "abs_pos_embed": False}),
    "large_eps": case({**registers(1), "qk_norm": True, "attn_norm": True, "norm_layer_eps": 1e-2}),
    "rms_everywhere": case(
        {
            "norm_layer_type": "RMSNorm",
            "qk_norm": True,
            "attn_norm": True,
            "mlp_layer_type": "Norm_SwiGLU_FFN",
            "pre_norm": True,
            "norm_layer_eps": 1e-2,
            "norm_after_pool": True,
        }
    ),
    "no_norm_after_pool": case({"post_norm": False, "norm_after_pool": True}),
    "soft_moe_class_token": case(
        {**MOE, **LS, "num_layers": 3, "soft_moe_num_experts": 4, "norm_layer_eps": 1e-2}
    ),
    "soft_moe_one_slot": case({**MOE, "soft_moe_num_experts": 5, "act_layer_type": "silu"}),
    "gelu_tanh": case(
        {"act_layer_type": "gelu_tanh", "mlp_layer_type": "SwiGLU_FFN"}, rgb="imagenet"
    ),
    "relu": case({"act_layer_type": "relu"}),
    "swiglu_gelu": case({"mlp_layer_type": "SwiGLU_FFN", "act_layer_type": "gelu"}),
    "pool_heads": case(
        {
            **registers(1),
            "attn_pool_head": True,
            "attn_pool_num_heads": 2,
            "attn_pool_act_layer_type": "quick_gelu",
            "attn_pool_norm_eps": 1e-2,
        }
    ),
    "probing_heads": case(
        {
            "attn_pool_head": True,
            "attn_pool_type": "EfficientProbing",
            "attn_pool_num_heads": 4,
            "num_layers": 1,
            "num_heads": 2,
            "hidden_dim": 64,
            "mlp_dim": 16,
        }
    ),
    "hmlp_layer_norm": case(
        {**HMLP, "stem_norm_layer_type": "LayerNorm2d"}, size=[32, 48], stem_scale=0.01
    ),
    "resize_up": case({**registers(4), **LS}, load_size=[24, 20], classes=0, tta=True),
    "resize_down": case(
        {**registers(1), "pos_embed_special_tokens": False}, size=[32, 24], load_size=[16, 20]
    ),
    "checkpoint_config": case(
        registers(1), saved_config={"num_reg_tokens": 4, "act_layer_type": "quick_gelu"}
    ),
    "caller_config": case(
        {**LS, "act_layer_type": "relu", "norm_layer_eps": 1e-3},
        saved_config={"act_layer_type": "quick_gelu", "out_indices": [0]},
        override={"out_indices": [0, 1], "norm_layer_eps": 1e-2},
    ),
    "safetensors": case({**registers(4), **LS}, format="safetensors", rgb="imagenet"),
    "safetensors_config": case(
        AVERAGE, format="safetensors", saved_config={"num_reg_tokens": 1, "norm_after_pool": True}
    ),
    "float16_weights": case({**LS, "hidden_dim": 40, "num_heads": 2}, dtype="float16"),
    "bfloat16_weights": case(registers(1), dtype="bfloat16"),
}

CASES = {**REGISTERED, **FURTHER}
