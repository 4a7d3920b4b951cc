//! Where in a file the text model stands: files of models that see or hear have it in an object of its own, or flat
//! among the others' keys.

use serde_json::Value;

use super::defaults::Defaults;
use super::family::{FAMILIES, Family};
use super::keys::Keys;
use super::refused;
use engine::error::{Error, Result};
use engine::text::shown;

/// The objects that hold a text model, the likeliest first.
const PLACES: [(&[&str], &str); 6] = [
    (&["text_config"], "text_config"),
    (&["llm_config"], "llm_config"),
    (&["language_config"], "language_config"),
    (&["thinker_config", "text_config"], "thinker_config.text_config"),
    (&["language_model"], "language_model"),
    (&["llm"], "llm"),
];

/// Families of several parts, and the text model that they have where their file does not name it.
const PARTED: &[(&str, &str)] = &[
    ("apertus1p5", "apertus1p5_text"),
    ("aria", "aria_text"),
    ("aya_vision", "cohere2"),
    ("cohere2_vision", "cohere2"),
    ("emu3", "emu3_text_model"),
    ("fast_vlm", "qwen2"),
    ("fuyu", "persimmon"),
    ("gemma3", "gemma3_text"),
    ("gemma3n", "gemma3n_text"),
    ("gemma4", "gemma4_text"),
    ("gemma4_unified", "gemma4_unified_text"),
    ("glm4v", "glm4v_text"),
    ("glm4v_moe", "glm4v_moe_text"),
    ("glm_ocr", "glm_ocr_text"),
    ("got_ocr2", "qwen2"),
    ("granite_docling", "granite_docling_text"),
    ("hunyuan_vl", "hunyuan_vl_text"),
    ("idefics2", "mistral"),
    ("idefics3", "llama"),
    ("internvl", "qwen2"),
    ("lighton_ocr", "qwen3"),
    ("llama4", "llama4_text"),
    ("llava", "llama"),
    ("llava_llama", "llama"),
    ("llava_mistral", "mistral"),
    ("llava_next", "llama"),
    ("llava_next_video", "llama"),
    ("llava_onevision", "qwen2"),
    ("llava_qwen", "qwen2"),
    ("mistral3", "mistral"),
    ("mllama", "mllama_text_model"),
    ("openvla", "llama"),
    ("paddleocr_vl", "paddleocr_vl_text"),
    ("paligemma", "gemma"),
    ("perception_lm", "llama"),
    ("qwen2_5_omni", "qwen2_5_omni_text"),
    ("qwen2_5_omni_thinker", "qwen2_5_omni_text"),
    ("qwen2_5_vl", "qwen2_5_vl_text"),
    ("qwen2_vl", "qwen2_vl_text"),
    ("qwen3_omni_moe", "qwen3_omni_moe_text"),
    ("qwen3_omni_moe_thinker", "qwen3_omni_moe_text"),
    ("qwen3_vl", "qwen3_vl_text"),
    ("qwen3_vl_moe", "qwen3_vl_moe_text"),
    ("shieldgemma2", "gemma3_text"),
    ("smolvlm", "llama"),
    ("video_llama_3", "qwen2"),
    ("video_llava", "llama"),
    ("vipllava", "llama"),
    ("voxtral", "llama"),
];

/// The text model of a file.
#[derive(Debug)]
pub(super) struct TextPart<'a> {
    pub(super) family: Family,
    pub(super) keys: Keys<'a>,
    /// The family of the whole, where the text model is a part of it.
    pub(super) part_of: Option<String>,
}

/// Finds it.
pub(super) fn find<'a>(file: &Keys<'a>) -> Result<TextPart<'a>> {
    let Some(Value::String(outer)) = file.value("model_type") else { return Err(without_a_type(file)) };
    let usual = PARTED.iter().find(|(whole, _)| whole == outer).map(|(_, text)| *text);
    let has_own = Family::named(outer).is_some();
    if let Some(inner) = inner(file).filter(|_| !has_own) {
        let named = inner.value("model_type").and_then(Value::as_str);
        // A part that is called as the whole is one of an older file.
        let named = named.filter(|name| PARTED.iter().all(|(whole, _)| whole != name)).or(usual);
        let Some(model_type) = named else { return Err(refused::family(outer, &inner, known())) };
        return found(model_type, inner, Some(outer.clone()));
    }
    match usual {
        Some(model_type) => found(model_type, *file, Some(outer.clone())),
        None => found(outer, *file, has_parts(file).then(|| outer.clone())),
    }
}

fn found<'a>(model_type: &str, keys: Keys<'a>, part_of: Option<String>) -> Result<TextPart<'a>> {
    let Some(family) = Family::named(model_type) else { return Err(refused::family(model_type, &keys, known())) };
    Ok(TextPart { family, keys: Keys { defaults: Defaults::of(family.defaults_of), ..keys }, part_of })
}

/// The object of the text model.
fn inner<'a>(file: &Keys<'a>) -> Option<Keys<'a>> {
    PLACES.iter().find_map(|(path, within)| {
        let (first, rest) = path.split_first()?;
        let start = file.object.get(*first)?;
        let object = rest.iter().try_fold(start, |value, key| value.get(key))?.as_object()?;
        Some(Keys { object, within, ..*file })
    })
}

/// Whether a flat file has other parts too.
fn has_parts(file: &Keys<'_>) -> bool {
    ["vision_config", "visual", "img_processor", "embd_layer", "mm_vision_tower", "audio_config", "audio_processor"]
        .iter()
        .any(|key| file.stated(key).is_some())
}

/// How the families that are read are named in an error.
fn known() -> String {
    format!(
        "one of {} families, among them llama, mistral, mixtral, qwen2, qwen3, qwen3_moe, gemma3_text, phi3, gpt2, gpt_oss, \
         glm4_moe (docs/models.md lists them)",
        FAMILIES.len()
    )
}

/// A file without a `model_type`: a robot's policy says at least what it is.
fn without_a_type(file: &Keys<'_>) -> Error {
    let text = |key: &str| file.stated(key).and_then(Value::as_str);
    let backbone = match text("type") {
        Some("pi0" | "pi05" | "pi0_fast" | "pi0fast") => Some("google/paligemma-3b-pt-224".to_owned()),
        Some("smolvla" | "xvla" | "groot" | "wall_x") => {
            text("vlm_model_name").or_else(|| text("base_model_path")).map(shown)
        }
        _ => None,
    };
    let error = match text("type") {
        Some(policy) if file.stated("input_features").is_some() || backbone.is_some() => file.error(
            "type",
            format!(
                "this is a robot's policy, '{}' of LeRobot; the shape of its language model stands elsewhere",
                shown(policy)
            ),
        ),
        _ => file.error("model_type", "there is no model_type, so the keys' meaning is not known"),
    };
    match backbone {
        Some(backbone) => error
            .expected("the config.json of its backbone")
            .hint(format!("--model PATH, with the config.json of {backbone} from the Hugging Face hub")),
        None => error.expected(known()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_part_is_taken_for_is_read() {
        for (whole, text) in PARTED {
            assert!(Family::named(text).is_some(), "{whole}: {text}");
            assert!(Family::named(whole).is_none(), "{whole}");
        }
    }

    #[test]
    fn no_family_has_two_rows() {
        let mut names: Vec<&str> = FAMILIES.iter().map(|family| family.model_type).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
