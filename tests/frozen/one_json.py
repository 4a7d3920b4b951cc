"""From the JSON that each command had of its own to the documents that all share (docs/json.md).

Every function takes an old document and builds the new one from it. What the old one did not say is marked as not
compared: `NEW` stands for a value, `FURTHER` for keys beside those that are there.
"""

import json

# A value that the old document does not tell.
NEW = "(not compared: new)"
# Keys that the old document did not have, as a key.
FURTHER = "(further keys are new)"

SHAPE = ["layers", "width", "heads", "head_dim", "kv_heads", "ffn_ratio", "intermediate", "experts", "top_k"]
TIMES = ["prefill_s", "decode_s", "total_s", "tpot_s"]


def renewed(entry):
    """An entry of the record whose stdout is a document, with the document as it is now."""
    try:
        old = json.loads(entry["stdout"])
    except ValueError:
        return entry
    command, document = entry["command"], None
    for start, function in COMMANDS:
        if command.startswith(start):
            document = function(command, old)
            break
    return {**entry, "stdout": json.dumps(document, ensure_ascii=False)} if document else entry


def exported(entry):
    """The same for documents that `export` wrote to a file."""
    if not entry["command"].startswith("export") or "files" not in entry:
        return entry
    files = {path: json.dumps(export("export", json.loads(text))) for path, text in entry["files"].items()}
    return {**entry, "files": files}


def head(command, setting, warnings=()):
    return {
        "schema_version": 2,
        "generator": {"name": "roofscape", "version": NEW},
        "command": command,
        "setting": setting,
        "warnings": [{"kind": NEW, "words": words, FURTHER: NEW} for words in warnings],
    }


def setting(old=None, **given):
    """The setting: what stood at the top of the old document, and what is given here."""
    old = old or {}
    profile = old.get("profile")
    found = {
        "law": old.get("law"),
        "dataset": old.get("dataset"),
        "profile": profile and board(profile),
        "mode": profile and profile["mode"],
        "engine": profile and (NEW if profile["calibrated"] else "ideal"),
        **{key: old.get(key) for key in ["precision", "head_format", "kv_format", "loss_penalty_nats_per_token"]},
        **{key: old.get(key) for key in ["workload", "attention", "objective", "budgets"]},
        "space": space(old),
    }
    return {**found, **given}


def board(profile):
    """The board without its mode, which stands beside it now; that nothing is imagined is null."""
    known = {key: value for key, value in profile.items() if key not in ["mode", "what_if"]}
    return {**take(known, ["name", "title"]), "what_if": profile.get("what_if"), **leave(known, ["name", "title"])}


def space(old):
    found = old.get("space")
    if found is None:
        return None
    if isinstance(found, dict):
        return take(found, ["name", "origin"])
    return {"name": found, "origin": old.get("space_origin", NEW)}


def take(document, keys):
    return {key: document[key] for key in keys if key in document}


def leave(document, keys):
    return {key: value for key, value in document.items() if key not in keys}


def shape(row):
    return take(row, [*SHAPE, "shared", "vocab", "tied"])


def predictions(**known):
    keys = ["parameters_total", "parameters_active", "loss", "perplexity", "prefill_s", "decode_s", "tpot_s", "total_s"]
    keys += ["memory_bytes", "energy_j", "energy_per_token_j", "energy_is_upper_bound"]
    return {key: known.get(key) for key in keys}


def energies(row):
    return {
        "energy_j": row["energy_at_power_budget_j"],
        "energy_per_token_j": row["energy_per_token_at_power_budget_j"],
        "energy_is_upper_bound": row["energy_is_upper_bound"],
    }


def entry(architecture, predicted, **known):
    keys = ["intervals", "on_frontier", "fits_memory", "extrapolation"]
    return {
        "architecture": shape(architecture),
        "predictions": predictions(**predicted),
        **{key: known.get(key) for key in keys},
    }


def intervals(row):
    return {"loss": row["loss_ci"], "perplexity": row["perplexity_ci"]} if row.get("loss_ci") else None


def of_row(row, on_frontier):
    """An architecture from a flat row of the old frontier."""
    known = take(row, ["loss", "perplexity", *TIMES, "memory_bytes", "parameters_total", "parameters_active"])
    return entry(
        row,
        {**known, **energies(row)},
        intervals=intervals(row),
        on_frontier=on_frontier,
        fits_memory=row["fits_memory"],
        extrapolation=NEW if row["extrapolated"] else None,
    )


def place(row):
    return {"frontier_probability": row.get("frontier_probability"), "robust": row.get("robust")}


def frontier(command, old):
    models = [
        {**take(row, ["name", "family"]), "shape": NEW, **take(row, ["source", "notes"]), **of_row(row, None)}
        for row in old.get("models", [])
    ]
    return {
        **head(command.split()[0], setting(old), old["warnings"]),
        **take(old, ["candidates", "feasible"]),
        **{key: old.get(key) for key in ["search", "bootstrap", "coefficients_ci"]},
        "frontier": [{**of_row(row, True), **place(row)} for row in old["frontier"]],
        "models": models,
    }


def export(_, old):
    def one(old_entry):
        old_predictions = old_entry["predictions"]
        predicted = {**old_predictions, "loss": old_predictions["loss_nats_per_token"], **energies(old_predictions)}
        known = take(old_entry, ["on_frontier", "fits_memory", "extrapolation"])
        parts = take(old_predictions, ["weights_bytes", "kv_cache_bytes", "activations_bytes", "reserved_bytes"])
        return {
            **entry(old_entry["architecture"], predicted, intervals=intervals(old_entry), **known),
            **place(old_entry),
            "memory": {
                "total_bytes": old_predictions["memory_bytes"],
                **parts,
                "board_bytes": old["profile"]["memory_bytes"],
                "fits": old_entry["fits_memory"],
            },
        }

    return {
        **head("export", setting(old), old["warnings"]),
        "selection": old["selection"],
        **take(old["space"], ["candidates", "feasible"]),
        "search": old["space"].get("search"),
        **{key: old.get(key) for key in ["bootstrap", "coefficients_ci"]},
        "architectures": [one(old_entry) for old_entry in old["architectures"]],
    }


def predict(command, old):
    if "modes" in old:
        return all_modes(old)
    latency, memory, parameters = old["latency"], old["memory"], old["parameters"]
    predicted = {
        **take(old, ["loss", "perplexity"]),
        **latency,
        "memory_bytes": memory["total_bytes"],
        **energies(old),
        "parameters_total": parameters["total"],
        "parameters_active": parameters["active"],
    }
    known = {"fits_memory": memory["fits"], "extrapolation": old["extrapolation"], "intervals": intervals(old)}
    return {
        **head("predict", setting(old), old["warnings"]),
        "model": old.get("model"),
        **entry(old["architecture"], predicted, **known),
        "loss_terms": old["loss_terms"],
        "bootstrap": old.get("bootstrap"),
        **take(old, ["memory", "sensitivity", "elasticity", "operators", "ridge_flop_per_byte"]),
    }


def all_modes(old):
    of_shape = {"memory_bytes": NEW, "parameters_total": NEW, "parameters_active": NEW}

    def one(row):
        predicted = {**take(old, ["loss", "perplexity"]), **take(row, TIMES), **energies(row), **of_shape}
        keys = ["mode", "watts", "sms", "gpu_clock_hz", "bandwidth_bytes_per_s", "tokens_per_s", "basis"]
        return {
            **take(row, keys),
            "engine": NEW if row["basis"] != "ideal" else "ideal",
            **entry(old["architecture"], predicted, fits_memory=NEW, extrapolation=NEW),
        }

    here = next(row for row in old["modes"] if row["mode"] == old["profile"]["mode"])
    return {
        **head("predict --all-modes", setting(old), old["warnings"]),
        "model": NEW,
        **take(one(here), ["architecture", "predictions", "intervals", "on_frontier", "fits_memory", "extrapolation"]),
        "modes": [one(row) for row in old["modes"]],
    }


def theory(_, old):
    warned, watts = old["warnings"], old["profile"]["watts"]

    def taken(takes, loss, perplexity, **known):
        """What an architecture takes of each limit; decode is what total has beyond prefill."""
        bound = {"energy_j": takes and takes["energy_at_power_budget_j"], "energy_is_upper_bound": NEW if watts else None}
        times = {"decode_s": takes["total_s"] - takes["prefill_s"]} if takes else {}
        if takes and watts and old["workload"]["generated_tokens"]:
            times["energy_per_token_j"] = watts * takes["tpot_s"] / old["workload"]["batch"]
        return {"loss": loss, "perplexity": perplexity, **(takes or {}), **bound, **times, **known}

    def optimum(point, predicted):
        sizes = {"layers": point["layers"], "width": point["width"], "ffn_ratio": point["ffn_ratio"]}
        new = {key: NEW for key in [*SHAPE, "vocab", "tied"] if key not in sizes}
        found = entry({**new, **sizes}, predicted, fits_memory=NEW, extrapolation=NEW)
        return {**found, "gqa": point["gqa"], "rho": point["rho"]}

    def built(old_built):
        if old_built is None:
            return None
        loss, perplexity = old_built["loss"], old_built["perplexity"]
        parameters = {"parameters_total": NEW, "parameters_active": NEW}
        predicted = taken(old_built["takes"], loss, perplexity, **parameters)
        known = {"fits_memory": NEW, "extrapolation": NEW}
        return {
            **entry(old_built["architecture"], predicted, **known),
            "loss_cost_nats": old_built.get("loss_cost_nats"),
            "predictions_by_operators": predictions(
                **taken(old_built["takes_by_operators"], loss, perplexity, **parameters)
            ),
        }

    def answer(old_answer):
        point = old_answer["optimum"]
        predicted = taken(old_answer["takes"], old_answer["loss"], old_answer["perplexity"])
        return {
            **take(old_answer, ["regime", "regime_in_words", "paper_regime"]),
            "optimum": point and optimum(point, predicted),
            **take(old_answer, ["no_optimum", "kkt_residual", "kkt", "undetermined", "sensitivities", "ends"]),
            "rounded": built(old_answer["rounded"]),
            "not_rounded": old_answer["not_rounded"],
        }

    def form(old_form):
        if old_form is None:
            return None
        predicted = taken(old_form["takes"], old_form["loss"], old_form["perplexity"])
        return {
            **take(old_form, ["regime", "paper_regime"]),
            "optimum": optimum(old_form["optimum"], predicted),
            **take(old_form, ["convergence", "held", "width_slope_nats", "conditions", "printed"]),
        }

    def closed_form(old_form):
        if old_form is None:
            return None
        return {**form(old_form), "ends_kept": form(old_form["ends_kept"]), "deviations": old_form["deviations"]}

    def at_width(old_width):
        energies = ["energy_j", "energy_per_token_j", "energy_is_upper_bound"]
        new = {key: NEW for key in [*TIMES, "memory_bytes", *energies, "perplexity"]}

        def placed(point, loss):
            return old_width[point] and optimum(old_width[point], {**new, "loss": old_width[loss]})

        return {
            "width": old_width["width"],
            "optimum": placed("optimum", "loss"),
            "no_optimum": old_width["no_optimum"],
            "closed_form": placed("closed_form", "closed_form_loss"),
        }

    return {
        **head("theory", setting(old), warned),
        "costs": old["costs"],
        **answer(old),
        "operators": answer(old["operators"]),
        "simplified": answer(old["simplified"]),
        "closed_form": closed_form(old["closed_form"]),
        "no_closed_form": old["no_closed_form"],
        "sweep_best": built(old["sweep_best"]),
        "no_sweep_best": old["no_sweep_best"],
        "curve": [at_width(old_width) for old_width in old["curve"]],
    }


def plan(_, old):
    def one(row):
        new = {key: NEW for key in [*TIMES, "memory_bytes", "energy_j", "energy_per_token_j", "energy_is_upper_bound"]}
        new |= {"perplexity": NEW, "parameters_total": NEW, "parameters_active": NEW, "loss": row["loss"]}
        loss_ci = row["loss_ci"] and {"loss": row["loss_ci"], "perplexity": [NEW, NEW]}
        known = {"intervals": loss_ci, "on_frontier": NEW, "fits_memory": NEW, "extrapolation": row["extrapolation"]}
        beside = ["loss_sd_nats", "variance_removed", "target_sd_nats", "training_flops_per_token", "training_flops"]
        return {
            "rank": row["rank"],
            **entry(row["architecture"], new, **known),
            **take(row, [*beside, "in_runs"]),
        }

    new = ["law", "profile", "mode", "engine", "precision", "head_format", "kv_format", "loss_penalty_nats_per_token"]
    new_head = head("plan", setting(old, **{key: NEW for key in [*new, "workload", "attention"]}))
    return {
        **new_head,
        "warnings": NEW,
        **leave(old, ["objective", "budgets", "space", "dataset", "synthetic", "form", "plan"]),
        "plan": [one(row) for row in old["plan"]],
    }


def fit(_, old):
    if "comparison" in old:
        keys = ["parameters", "r2", "rmse", "k_fold", "extrapolation", "aic", "bic", "rank", "same_as"]
        forms = [
            {
                **take(form, ["form", "title", "formula"]),
                **{key: form.get(key) for key in ["error", *keys]},
                "notes": form.get("notes", []),
            }
            for form in old["comparison"]
        ]
        return {**head("fit --compare", setting(dataset=old["dataset"])), **old, "comparison": forms}
    influence = [{**run, "error": run.get("error")} for run in old["influence"]]
    new_head = head("fit", setting(law=NEW, dataset=old["dataset"]))
    return {**new_head, "warnings": NEW, **old, "influence": influence}


def calibrate(_, old):
    if isinstance(old, list):
        return {**head("calibrate", setting()), "summary": old, "parameters": None, "rows": None, "left_out": None}
    left_out = [{"origin": origin, "reason": reason} for origin, reason in old["left_out"]]
    new_head = head("calibrate", setting(profile=NEW, mode=NEW, engine=old["summary"][0]["engine"]))
    return {**new_head, **old, "left_out": left_out}


def reproduce(_, old):
    kept = ["reproduced", "published_law", "precisions", "candidates", "claims", "errata"]
    return {**head("reproduce", setting(old, attention="fused")), **take(old, kept)}


def rank(_, old):
    def one(row):
        known = take(row, ["total_s", "prefill_s", "tpot_s", "memory_bytes"])
        new = ["decode_s", "energy_j", "energy_per_token_j", "energy_is_upper_bound"]
        sizes = {"parameters_total": NEW, "parameters_active": NEW}
        keys = ["watts", "calibrated", "verdict", "reason", "board_memory_bytes"]
        return {
            **take(row, ["profile", "mode"]),
            "engine": NEW if row["calibrated"] else "ideal",
            **take(row, keys),
            **entry(old["architecture"], {**known, **{key: NEW for key in new}, **sizes}, fits_memory=NEW),
        }

    return {
        **head("profiles rank", setting(old)),
        "model": old.get("model"),
        "cheapest": old["cheapest"] and one(old["cheapest"]),
        "ranking": [one(row) for row in old["ranking"]],
    }


def model(old):
    architecture = dict(old) if old["shared"] else leave(old, ["shared"])
    architecture["ffn_ratio"] = (old["top_k"] * old["intermediate"] + old["shared"]) / old["width"]
    # They were joined by what some of them hold themselves.
    notes = NEW if old["notes"] else []
    predicted = take(old, ["parameters_total", "parameters_active"])
    return {
        **take(old, ["name", "family", "shape", "source"]),
        "notes": notes,
        **entry(architecture, predicted),
    }


def listed(command, key):
    return lambda _, old: {**head(command, setting()), key: old}


# By how a command begins, the more special first.
COMMANDS = [
    ("laws", listed("laws", "laws")),
    ("spaces", listed("spaces", "spaces")),
    ("models show", lambda _, old: {**head("models show", setting()), **model(old)}),
    ("models", lambda _, old: {**head("models list", setting()), "models": [model(each) for each in old]}),
    ("profiles show", lambda _, old: {**head("profiles show", setting()), **old}),
    ("profiles detect", lambda _, old: {**head("profiles detect", setting()), **old}),
    ("profiles rank", rank),
    ("profiles", listed("profiles list", "profiles")),
    ("predict", predict),
    ("frontier", frontier),
    ("search", frontier),
    ("theory", theory),
    ("fit", fit),
    ("plan", plan),
    ("export", export),
    ("calibrate", calibrate),
    ("reproduce", reproduce),
]
