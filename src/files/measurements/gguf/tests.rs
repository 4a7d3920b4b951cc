//! Shapes from both spellings, and headers that are none.

use proptest::prelude::*;

use super::*;
use engine::architecture::Architecture;
use engine::layout::{FullLayers, Window};
use engine::reference::QWEN2_5_0_5B;

const JSON: &str = include_str!("../../../../tests/measurements/gguf-metadata.json");

fn model(source: &str, bytes: &[u8]) -> Result<ReferenceModel> {
    content(bytes).and_then(|header| model_of(header, "m".to_owned(), source)).map_err(|error| error.or_source(source))
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn tensor(bytes: &mut Vec<u8>, name: &str, sizes: &[u64], kind: u32) {
    text(bytes, name);
    bytes.extend((sizes.len() as u32).to_le_bytes());
    for size in sizes {
        bytes.extend(size.to_le_bytes());
    }
    bytes.extend(kind.to_le_bytes());
    bytes.extend([0; 8]);
}

/// The header of the JSON fixture's model, its vocabulary as a list of tokens, with these tensors.
fn binary(tensors: &[&str]) -> Vec<u8> {
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    let pairs = [
        ("qwen2.block_count", 24_u32),
        ("qwen2.embedding_length", 896),
        ("qwen2.feed_forward_length", 4864),
        ("qwen2.attention.head_count", 14),
        ("qwen2.attention.head_count_kv", 2),
    ];
    bytes.extend((pairs.len() as u64 + 3).to_le_bytes());
    for (key, value) in [(ARCHITECTURE, "qwen2"), ("general.name", "Qwen2.5 0.5B")] {
        text(&mut bytes, key);
        bytes.extend(8_u32.to_le_bytes());
        text(&mut bytes, value);
    }
    for (key, value) in pairs {
        text(&mut bytes, key);
        bytes.extend(4_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    text(&mut bytes, "tokenizer.ggml.tokens");
    bytes.extend([9_u32, 8].map(u32::to_le_bytes).concat());
    bytes.extend(151_936_u64.to_le_bytes());
    (0..151_936).for_each(|_| text(&mut bytes, "a"));
    for name in tensors {
        tensor(&mut bytes, name, &[896, 151_936], 0);
    }
    bytes
}

#[test]
fn both_spellings_give_the_shape() {
    let from_json = model("m.json", JSON.as_bytes()).unwrap();
    assert_eq!(from_json.architecture, QWEN2_5_0_5B);
    assert!(from_json.notes[0].contains("taken as tied"));
    let tied = model("m.gguf", &binary(&["token_embd.weight"])).unwrap();
    assert_eq!((tied.architecture, tied.notes.as_slice(), tied.family.as_str()), (QWEN2_5_0_5B, &[][..], "qwen2"));
    let untied = model("m.gguf", &binary(&["token_embd.weight", "output.weight"])).unwrap().architecture;
    assert_eq!(untied, Architecture { tied: false, ..QWEN2_5_0_5B });
    assert!(is_gguf(JSON.as_bytes()) && is_gguf(&binary(&[])) && !is_gguf(b"{\"model_type\": \"qwen2\"}"));
}

#[test]
fn a_mixture_has_experts_of_their_own_size() {
    let mixture = JSON.replace("qwen2", "qwen3moe").replace(
        "\"qwen3moe.block_count\"",
        "\"qwen3moe.expert_count\": 128, \"qwen3moe.expert_used_count\": 8, \"qwen3moe.expert_feed_forward_length\": 768, \
         \"qwen3moe.attention.key_length\": 128, \"qwen3moe.block_count\"",
    );
    let shape = model("m.json", mixture.as_bytes()).unwrap().architecture;
    assert_eq!((shape.expert_hidden, shape.experts, shape.top_k, shape.head_dim), (768, 128, 8, 128));
}

#[test]
fn what_is_wrong_is_named_by_key() {
    for (from, to, message) in [
        ("\"qwen2.block_count\": 24", "\"a\": 1", "'qwen2.block_count': the key is missing"),
        ("896", "900", "'qwen2.attention.key_length': the key is missing, and the width is no multiple of the heads"),
        ("151936", "0", "'qwen2.vocab_size': the key is missing, and so is 'tokenizer.ggml.tokens'"),
        (
            "kv\": 2",
            "kv\": [2, 1]",
            "'qwen2.attention.head_count_kv': the layers differ, but a prediction sees one shape for all layers",
        ),
        (
            "4864",
            "1e9",
            "'qwen2.feed_forward_length': '1000000000' is out of range\n  expected: a whole number from 1 to 1,048,576",
        ),
        ("\"general.architecture\": \"qwen2\"", "\"b\": 1", "'general.architecture': the key is missing"),
        (
            "kv\": 2",
            "kv\": 4",
            "'qwen2.block_count': 14 heads cannot share 4 KV heads: heads must be a multiple of kv_heads",
        ),
    ] {
        assert!(JSON.contains(from));
        let error = model("m.json", JSON.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert_eq!(error, format!("m.json, {message}"));
    }
}

#[test]
fn a_header_is_believed_no_further_than_it_reaches() {
    let whole = binary(&[]);
    let refused = |bytes: &[u8]| model("m.gguf", bytes).unwrap_err().to_string();
    let early = "m.gguf: the GGUF header ends too early\n  try: copy the file again";
    assert_eq!(refused(b"GGUF"), early);
    assert_eq!(refused(&whole[..30]), early);
    assert!(refused(&whole[..whole.len() - 1]).contains("'tokenizer.ggml.tokens': the GGUF header ends too early"));
    let mut old = whole.clone();
    old[4] = 1;
    assert_eq!(refused(&old), "m.gguf: GGUF version 1 is not read here\n  expected: version 2 or 3, little-endian");
    let mut endless = whole;
    endless[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(refused(&endless), early);
}

proptest! {
    #[test]
    fn damaged_headers_are_harmless(changes in prop::collection::vec((0..400_usize, any::<u8>()), 0..6), end in 0..500_usize) {
        let mut bytes = binary(&["output.weight"])[..500].to_vec();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        let _ = model("m", &bytes);
        let _ = model("m", &bytes[..end]);
    }
}

/// Every tensor of the fixture's model: attention in `Q5_0`, feed-forward in `Q4_0`, every other down projection in `Q8_0`, the
/// embedding in `Q8_0`, norms in 32 bit.
fn layered() -> Vec<u8> {
    let mut tensors = vec![("token_embd.weight".to_owned(), vec![896, 151_936], 8)];
    for layer in 0..24 {
        let down = if layer % 2 == 0 { 8 } else { 2 };
        let matrices: [(&str, &[u64], u32); 8] = [
            ("attn_q", &[896, 896], 6),
            ("attn_k", &[896, 128], 6),
            ("attn_v", &[896, 128], 6),
            ("attn_output", &[896, 896], 6),
            ("ffn_gate", &[896, 4864], 2),
            ("ffn_up", &[896, 4864], 2),
            ("ffn_down", &[4864, 896], down),
            ("attn_norm", &[896], 0),
        ];
        tensors
            .extend(matrices.map(|(name, sizes, kind)| (format!("blk.{layer}.{name}.weight"), sizes.to_vec(), kind)));
    }
    let mut bytes = binary(&[]);
    bytes[8..16].copy_from_slice(&(tensors.len() as u64).to_le_bytes());
    for (name, sizes, kind) in &tensors {
        tensor(&mut bytes, name, sizes, *kind);
    }
    bytes
}

#[test]
fn a_mixed_file_is_priced_with_the_bytes_of_its_own_tensors() {
    let read = model("m.gguf", &layered()).unwrap();
    assert_eq!(read.architecture, QWEN2_5_0_5B);
    let file = read.format.unwrap().precision.file.unwrap();
    assert_eq!((file.query, file.key_value, file.output, file.gate_up), (0.6875, 0.6875, 0.6875, 0.5625));
    assert_eq!((file.down, file.embedding, file.head), (f64::midpoint(1.0625, 0.5625), 1.0625, 1.0625));
}

#[test]
fn what_the_tensors_do_not_have_or_have_besides_is_refused() {
    let refused = |from: &str, to: &str| {
        let mut bytes = layered();
        let place = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        bytes[place..place + from.len()].copy_from_slice(to.as_bytes());
        model("m.gguf", &bytes).unwrap_err().to_string()
    };
    assert!(refused("blk.3.attn_q.", "blk.3.ssm_in.").contains("'blk.3.ssm_in.weight': this matrix belongs to a kind"));
    assert!(refused("blk.3.attn_k.", "blk.3.attn_q.").contains("the query matrices have 19,382,272 weights"));
}

#[test]
fn layers_of_another_kind_are_named() {
    for (key, words) in
        [("attention.kv_lora_rank", "latent attention (MLA)"), ("ssm.state_size", "state-space layers (Mamba)")]
    {
        let text = JSON.replacen("\"qwen2.block_count\"", &format!("\"qwen2.{key}\": 512, \"qwen2.block_count\""), 1);
        let error = model("m.json", text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn windows_are_placed_as_llama_cpp_places_them() {
    let with = |family: &str, keys: &str| {
        let text = JSON.replace("qwen2", family);
        let count = format!("\"{family}.block_count\"");
        let window = format!("\"{family}.attention.sliding_window\": 1024, {keys}{count}");
        model("m.json", text.replacen(&count, &window, 1).as_bytes()).unwrap()
    };
    let window = |full| Some(Window { tokens: 1024, full });
    assert_eq!(with("gemma3", "").architecture.layout.window, window(FullLayers::Every(6)));
    assert_eq!(with("gpt-oss", "").architecture.layout.window, window(FullLayers::Every(2)));
    let listed = with("other", "\"other.attention.sliding_window_pattern\": [true, true, false], ");
    assert_eq!(listed.architecture.layout.window, window(FullLayers::Exactly(8)));
    let unplaced = with("other", "");
    assert_eq!(unplaced.architecture.layout.window, None);
    assert!(unplaced.notes.iter().any(|note| note == SLIDING_WINDOW));
}
