"""Writes src/files/hf_config/defaults.json: what transformers fills in where a config.json leaves a key out.

    python3 -m venv venv && venv/bin/pip install torch transformers==5.24.0
    venv/bin/python tests/transformers/defaults.py MODEL_TYPE … > src/files/hf_config/defaults.json

One object per model_type: the defaults of its configuration class for the keys that are read, as they stand in the
class, before it derives anything from them; and under "names" the own names of keys, where a class has such. Without
arguments the model types of the present file are written anew.
"""

import dataclasses
import json
import pathlib
import sys

from transformers.models.auto.configuration_auto import CONFIG_MAPPING

FILE = pathlib.Path(__file__).parents[2] / "src/files/hf_config/defaults.json"

# What the reader asks for, in any family.
KEYS = """
hidden_size num_hidden_layers num_attention_heads num_key_value_heads head_dim vocab_size tie_word_embeddings
intermediate_size moe_intermediate_size num_experts num_local_experts n_routed_experts num_experts_per_tok top_k
shared_expert_intermediate_size n_shared_experts num_shared_experts moe_num_shared_experts first_k_dense_replace
num_dense_layers moe_num_experts moe_k moe_layer_start_index moe_layer_end_index moe_layer_interval
decoder_sparse_step mlp_only_layers mlp_layer_types interleave_moe_layer_step moe_layers intermediate_size_mlp
shared_intermediate_size moe_num_shared_experts enable_moe_block top_k_experts moe_topk use_double_wide_mlp
sliding_window use_sliding_window max_window_layers sliding_window_pattern layer_types attention_chunk_size
no_rope_layers no_rope_layer_interval window_size attention_types local_attention global_attn_every_n_layers
attention_bias use_bias mlp_bias qkv_bias bias use_qkv_bias attention_out_bias enable_bias layernorm_bias norm_bias
use_qk_norm qk_layernorm use_parallel_residual parallel_attn new_decoder_architecture num_kv_heads multi_query alibi
num_ln_in_parallel_attn intermediate_multiple_size ffn_hidden_size n_inner expansion_ratio add_bias_linear moe_layer_freq
max_position_embeddings position_embeddings n_positions n_ctx word_embed_proj_dim do_layer_norm_before enable_bias
layer_norm_elementwise_affine num_kv_shared_layers hidden_size_per_layer_input vocab_size_per_layer_input
attention_k_eq_v global_head_dim num_global_key_value_heads altup_num_inputs altup_active_inputs laurel_rank
ffn_dim use_post_norm lm_head_bias num_shared_expert no_bias cross_attention_layers add_cross_attention rotary_dim normalization_type attention_output_gate
""".split()


def plain(value):
    """As JSON; None where it is no such value."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, (bool, int, float, str, list, type(None))) else None


def of(model_type):
    """What the class of a model_type fills in."""
    config = CONFIG_MAPPING[model_type]
    names = {key: own for key, own in config.attribute_map.items() if key in KEYS}
    wanted = set(KEYS) | set(names.values())
    defaults = {}
    for field in dataclasses.fields(config):
        if field.name not in wanted:
            continue
        if field.default is not dataclasses.MISSING:
            defaults[field.name] = plain(field.default)
        elif field.default_factory is not dataclasses.MISSING:
            defaults[field.name] = plain(field.default_factory())
    # None is what a key that is left out is anyway.
    found = {key: value for key, value in sorted(defaults.items()) if value is not None}
    return {**({"names": dict(sorted(names.items()))} if names else {}), **found}


def main():
    """One line per model_type, so that a difference can be read."""
    types = sorted(sys.argv[1:] or json.loads(FILE.read_text()))
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(of(name))}" for name in types)
    sys.stdout.write("{\n" + rows + "\n}\n")


if __name__ == "__main__":
    main()
