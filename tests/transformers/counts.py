"""Compares parameter counts of `roofscape models show` with those of transformers, model by model.

    python3 -m venv venv && venv/bin/pip install torch transformers==5.24.0
    venv/bin/python tests/transformers/counts.py target/debug/roofscape PATH …

PATH is a config.json or a folder of such. `--defaults` takes the default configuration of every decoder of text that
transformers has; `--variations` changes sizes and switches of every family that is read, so that no default hides a
fault. transformers builds each model on the meta device, so nothing is downloaded and no memory is needed; of a model
of several parts, its text model and head.

One row per model: EQUAL (the count of parameters and that of the layers that see the whole context), DIFFERS with both, refused (with the program's reason), or no class where transformers
itself does not know the model type. The exit code is 1 if any differs. It is not part of `cargo test`: it needs Python
and a few gigabytes of packages.
"""

import argparse
import collections
import copy
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoModel, AutoModelForCausalLM, PreTrainedModel  # noqa: E402
from transformers.models.auto.configuration_auto import CONFIG_MAPPING  # noqa: E402
from transformers.models.auto.modeling_auto import (  # noqa: E402
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    MODEL_MAPPING,
)

transformers.logging.set_verbosity_error()

# Files whose classes are their own, and a class of transformers that is built of the same matrices.
BUILT_LIKE = {
    "baichuan": "llama",
    "internlm": "llama",
    "internlm2": "llama",
    "mimo": "qwen2",
    "minicpm": "llama",
    "minimax_m3": None,
    "mobilellm": "llama",
    "phi3_v": "phi3",
    "llava_llama": "llama",
    "llava_qwen": "qwen2",
}

# Wholes whose text model is a language model of its own, with its own answer whether the head is tied.
BUILT_OF_A_MODEL = {"blip-2", "instructblip", "instructblipvideo"}


def text_of(config):
    """The keys of the text model in a file, with what holds for the whole."""
    for path in (["text_config"], ["llm_config"], ["thinker_config", "text_config"]):
        inner = config
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            return inner
    return None


def built(config):
    """The configuration of the text model, as transformers reads the file."""
    config = copy.deepcopy(config)
    config.pop("quantization_config", None)
    config.pop("auto_map", None)
    model_type = config.get("model_type")
    if model_type in BUILT_LIKE:
        like = BUILT_LIKE[model_type]
        config["model_type"] = model_type = like
    if model_type in CONFIG_MAPPING:
        whole = CONFIG_MAPPING[model_type].from_dict(config)
        text = whole.get_text_config(decoder=True)
        stated = "tie_word_embeddings" in config or "tie_word_embeddings" in (text_of(config) or {})
        # The whole decides. What no file says is as the text model has it: checkpoints of 4.x rely on that.
        asked = whole if stated and model_type not in BUILT_OF_A_MODEL else text
        return text, bool(getattr(asked, "tie_word_embeddings", False))
    inner = text_of(config)
    if inner is not None and inner.get("model_type") in CONFIG_MAPPING:
        inner.pop("quantization_config", None)
        text = CONFIG_MAPPING[inner["model_type"]].from_dict(inner)
        tied = inner.get("tie_word_embeddings", config.get("tie_word_embeddings", text.tie_word_embeddings))
        return text, bool(tied)
    return None


def class_of(text):
    """A class that holds the layers of a text model that no auto class knows."""
    module = type(text).__module__.replace(".configuration_", ".modeling_")
    found = [
        value
        for value in vars(importlib.import_module(module)).values()
        if isinstance(value, type) and issubclass(value, PreTrainedModel) and value.config_class is type(text)
    ]
    models = [value for value in found if value.__name__.endswith("Model") and "PreTrained" not in value.__name__]
    return min(models, key=lambda value: len(value.__name__), default=None)


def count(config):
    """Parameters by transformers; None where it has no class."""
    found = built(config)
    if found is None:
        return None
    text, tied = found
    with torch.device("meta"):
        # One answer for two kinds of class: a language model has its head, a model of layers alone has not.
        if type(text) in MODEL_FOR_CAUSAL_LM_MAPPING and not text.model_type.startswith("phi4_"):
            text.tie_word_embeddings = tied
            model = AutoModelForCausalLM.from_config(text)
            model.tie_weights()
            return sum(parameter.numel() for parameter in model.parameters())
        if text.model_type == "phi4_multimodal":
            model = AutoModelForCausalLM.from_config(text)
            model.tie_weights()
            return sum(value.numel() for name, value in model.named_parameters() if "_extend" not in name)
        model = AutoModel.from_config(text) if type(text) in MODEL_MAPPING else class_of(text)(text)
    of_layers = sum(
        value.numel() for name, value in model.named_parameters() if not re.search(r"vision|visual|audio", name)
    )
    return of_layers + (0 if tied else text.vocab_size * text.hidden_size)


def full_layers(config):
    """How many layers see the whole context, by transformers' own list; None where it has none."""
    found = built(config)
    kinds = getattr(found[0], "layer_types", None) if found else None
    window = getattr(found[0], "sliding_window", None) or getattr(found[0], "attention_chunk_size", None) if found else None
    longest = getattr(found[0], "max_position_embeddings", None) if found else None
    if not kinds or not window or longest is None or window >= longest:
        return None
    return sum(kind == "full_attention" for kind in kinds)


def full_layers_shown(architecture):
    """The same, by roofscape."""
    layers, window = architecture["layers"], architecture.get("layout", {}).get("window")
    if window is None:
        return layers
    return layers // window["full_every"] if window.get("full_every") else window.get("full_layers", 0)


def shown(program, path):
    """What roofscape says of the model, or why it says nothing."""
    asked = subprocess.run([program, "models", "show", str(path), "--format", "json"], capture_output=True, text=True)
    if asked.returncode:
        return None, asked.stderr.splitlines()[0] if asked.stderr else f"exit code {asked.returncode}"
    return json.loads(asked.stdout), None


def files(paths):
    """Name and content of each file."""
    for path in map(pathlib.Path, paths):
        found = [path] if path.is_file() else sorted(path.rglob("*config.json"))
        for file in found:
            if "hf_quant" in file.name:
                continue
            name = file.parent.name if file.name == "config.json" else re.sub(r"_?config$", "", file.stem)
            yield name, json.loads(file.read_text())


def defaults():
    """Every decoder of text, and every model of several parts that has one, as its class makes it."""
    names = [*MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, *MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES]
    for name in dict.fromkeys(names):
        if name not in CONFIG_MAPPING:
            continue
        try:
            yield name, json.loads(CONFIG_MAPPING[name]().to_json_string(use_diff=False))
        except Exception:
            continue


SWITCHES = """attention_bias mlp_bias qkv_bias use_qkv_bias use_bias enable_bias attention_out_bias tie_word_embeddings
use_qk_norm qk_layernorm use_parallel_residual use_post_norm use_sliding_window lm_head_bias bias
new_decoder_architecture multi_query parallel_attn layer_norm_elementwise_affine attention_k_eq_v
use_double_wide_mlp""".split()


def variations(program):
    """Each family that is read, with other sizes and each switch turned."""
    table = json.loads((pathlib.Path(__file__).parents[2] / "src/files/hf_config/defaults.json").read_text())
    for name in table:
        try:
            config = json.loads(CONFIG_MAPPING[name]().to_json_string(use_diff=False))
        except Exception:
            continue
        names = {**{key: key for key in config}, **CONFIG_MAPPING[name].attribute_map}
        own = lambda key: names.get(key, key)  # noqa: E731
        small = dict(config)
        for key in ("layer_types", "mlp_layer_types", "no_rope_layers", "moe_layers", "cross_attention_layers",
                    "layers_block_type", "activation_sparsity_pattern", "per_layer_config"):
            small.pop(key, None)
        width, heads = 768, 12
        sizes = {"hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": 7, "vocab_size": 1234,
                 "intermediate_size": 1111, "moe_intermediate_size": 555, "ffn_dim": 1111}
        for key, size in sizes.items():
            if own(key) in small:
                small[own(key)] = size
        if isinstance(small.get(own("num_key_value_heads")), int):
            small[own("num_key_value_heads")] = 4
        if "head_dim" in small:
            small["head_dim"] = 64 if name == "helium" else 48
        # None of these is a size of a matrix, but transformers holds them to the others.
        small.update({key: 0 for key in small if key.endswith("token_id")})
        small.pop("time_step_limit", None)
        if "attention_types" in small:
            small.update(attention_types=[[["global", "local"], 3], [["local"], 1]])
            small.pop("attention_layers", None)
        if "num_kv_shared_layers" in small:
            small.update(num_kv_shared_layers=0, num_hidden_layers=12)
        if name == "nemotron":
            small["num_key_value_heads"] = 4
        if "num_kv_heads" in small:
            small["num_kv_heads"] = 4
        if "n_routed_experts" in small:
            small.update(n_routed_experts=16, num_experts_per_tok=2, n_shared_experts=1)
        small["model_type"] = name
        yield name, small
        for switch in SWITCHES:
            key = own(switch)
            if isinstance(small.get(key), bool):
                yield f"{name} {switch}", {**small, key: not small[key]}
        for key, size in (("first_k_dense_replace", 3), ("n_shared_experts", 2), ("num_experts", 16), ("decoder_sparse_step", 2),
                          ("n_inner", 999), ("num_kv_shared_layers", 5), ("hidden_size_per_layer_input", 0),
                          ("interleave_moe_layer_step", 2), ("moe_layer_interval", 2), ("shared_intermediate_size", 321)):
            if own(key) in small and (name, key) != ("gemma3n_text", "hidden_size_per_layer_input"):
                yield f"{name} {key}", {**small, own(key): size}
        if "enable_moe_block" in small:
            moe = {"enable_moe_block": True, "num_experts": 8, "top_k_experts": 2, "moe_intermediate_size": 100}
            yield f"{name} experts", {**small, **moe}
        if "layer_types" in config and name == "granitemoehybrid":
            yield f"{name} attention", {**small, "layer_types": ["full_attention"] * 7}
            yield f"{name} dense", {**small, "layer_types": ["full_attention"] * 7, "num_local_experts": 0}


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--defaults", action="store_true")
    parser.add_argument("--variations", action="store_true")
    asked = parser.parse_args()
    rows = list(files(asked.paths))
    rows += defaults() if asked.defaults else []
    rows += variations(asked.program) if asked.variations else []
    outcomes = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "config.json"
        for name, config in rows:
            path.write_text(json.dumps(config))
            said, reason = shown(asked.program, path)
            ours = said and said["predictions"]["parameters_total"]
            if ours is None:
                outcome, detail = "refused", reason.replace(str(path), "")[:150]
            else:
                try:
                    theirs = count(config)
                except Exception as error:
                    theirs, detail = None, f"{ours:,}; transformers: {type(error).__name__}: {str(error)[:80]}"
                else:
                    detail = f"{ours:,}"
                if theirs is None:
                    outcome = "no class"
                elif theirs == ours:
                    full, full_here = full_layers(config), full_layers_shown(said["architecture"])
                    outcome = "EQUAL" if full in (None, full_here) else "DIFFERS"
                    if outcome == "DIFFERS":
                        detail = f"{full_here} full layers against {full} of transformers"
                else:
                    outcome, detail = "DIFFERS", f"{ours:,} against {theirs:,} of transformers ({ours - theirs:+,})"
            outcomes[outcome] += 1
            print(f"{outcome:9} {name:45} {detail}", flush=True)
    print("; ".join(f"{number} {outcome}" for outcome, number in outcomes.most_common()))
    return 1 if outcomes["DIFFERS"] else 0


if __name__ == "__main__":
    sys.exit(main())
